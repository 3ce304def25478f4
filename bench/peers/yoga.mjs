// graphql-yoga with graphql-ws: a query answered from memory, and a subscription published to whoever watches.
import { createServer } from 'node:http';
import { useServer } from 'graphql-ws/use/ws';
import { createPubSub, createSchema, createYoga } from 'graphql-yoga';
import { WebSocketServer } from 'ws';
import { port, resolvers, typeDefs } from './house.mjs';

const seats = createPubSub();
const yoga = createYoga({
  schema: createSchema({
    typeDefs,
    resolvers: {
      ...resolvers,
      Subscription: { seatAvailability: { subscribe: () => seats.subscribe('seats'), resolve: (payload) => payload } },
    },
    resolverValidationOptions: { requireResolversForResolveType: 'ignore' },
  }),
  logging: false,
  landingPage: false,
  graphiql: false,
});

const server = createServer(async (request, response) => {
  if (request.url !== '/tell') return yoga(request, response);
  const parts = [];
  for await (const part of request) parts.push(part);
  seats.publish('seats', JSON.parse(Buffer.concat(parts).toString()));
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '2' }).end('{}');
});

// As the documentation of both joins them: yoga's plugins and caches work for sockets, too.
useServer(
  {
    execute: (args) => args.rootValue.execute(args),
    subscribe: (args) => args.rootValue.subscribe(args),
    onSubscribe: async (context, _id, params) => {
      const { schema, execute, subscribe, contextFactory, parse, validate } = yoga.getEnveloped({
        ...context,
        req: context.extra.request,
        socket: context.extra.socket,
        params,
      });
      const args = {
        schema,
        operationName: params.operationName,
        document: parse(params.query),
        variableValues: params.variables,
        contextValue: await contextFactory(),
        rootValue: { execute, subscribe },
      };
      const errors = validate(args.schema, args.document);
      return errors.length ? errors : args;
    },
  },
  new WebSocketServer({ server, path: '/graphql', perMessageDeflate: false }),
);
server.listen(port, '127.0.0.1');
