"""The printed schema is the schema, and everything in it says what it is."""

from graphql import GraphQLEnumType, GraphQLInterfaceType, GraphQLObjectType, is_specified_scalar_type

from plenary.graphql.schema import PRINTED, SCHEMA, printed


def test_the_printed_schema_is_the_schema() -> None:
    assert PRINTED.read_text() == printed(SCHEMA), "run: python -m plenary.graphql.schema"


def test_everything_in_the_schema_says_what_it_is() -> None:
    silent = []
    for name, kind in SCHEMA._schema.type_map.items():
        if name.startswith("__") or is_specified_scalar_type(kind):
            continue
        if not kind.description:
            silent.append(name)
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            silent += [f"{name}.{field}" for field, what in kind.fields.items() if not what.description]
        if isinstance(kind, GraphQLEnumType):
            silent += [f"{name}.{value}" for value, what in kind.values.items() if not what.description]
    assert not silent, f"without a description: {', '.join(silent)}"
