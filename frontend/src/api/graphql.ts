/** The public schema as types: every document in the pages is checked against it. */
import { initGraphQLTada } from 'gql.tada';
import type { introspection } from '../graphql-env';

export const graphql = initGraphQLTada<{
  introspection: introspection;
  disableMasking: true;
  scalars: { UUID: string; DateTime: string; Date: string; MinorUnits: number; Position: string };
}>();

export type { FragmentOf, ResultOf, TadaDocumentNode as Document, VariablesOf } from 'gql.tada';
