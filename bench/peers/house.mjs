// What the Node peers share: this house's printed schema, answered from an object in memory.
import { readFileSync } from 'node:fs';

export const typeDefs = readFileSync(process.env.SCHEMA, 'utf8');
export const port = Number(process.env.PORT);

// The page that our own server answered with, if there is one.
const page = process.env.ANSWER && JSON.parse(readFileSync(process.env.ANSWER, 'utf8')).data.seatAvailability;

export const resolvers = { Query: { seatAvailability: () => page } };
