/** The public schema as types. At run time a document is its text: nothing in the browser parses or prints GraphQL. */
import type { initGraphQLTada, TadaDocumentNode } from 'gql.tada';
import type { introspection } from '../graphql-env';

type Setup = {
  introspection: introspection;
  disableMasking: true;
  scalars: { UUID: string; DateTime: string; Date: string; MinorUnits: number; Position: string };
};

export type Document<Result, Variables> = TadaDocumentNode<Result, Variables, unknown>;
export type { FragmentOf, ResultOf, VariablesOf } from 'gql.tada';

type Text = { own: string; fragments: Text[] };

/** Checked against the schema where it is written; fragments used in it come second, as a list. */
export const graphql = ((own: string, fragments: Text[] = []): Text => ({ own, fragments })) as unknown as ReturnType<
  typeof initGraphQLTada<Setup>
>;

/** What goes to the server: the document with every fragment it needs, once. */
export function textOf(document: object): string {
  const parts = new Set<Text>();
  const collect = (text: Text) => {
    if (parts.has(text)) return;
    parts.add(text);
    text.fragments.forEach(collect);
  };
  collect(document as Text);
  return Array.from(parts, (part) => part.own).join('\n');
}
