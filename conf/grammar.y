/*
 * grammar.y - the shape of kanjiki.conf and of the lists
 *
 * Only shape: no name means anything here (schema.c). After a mistake the parser goes on with the next name
 * that a "=" or a block follows (the scanner tells such names, NAME, from other words), or with the end of
 * the block, so that one run finds most mistakes of a file. The values of the grammar live in the arena of
 * the tree; nothing has to be destroyed when they are thrown away.
 */
%require "3.8"
%define api.pure full
%define api.prefix {kj_conf_yy}
%define api.token.prefix {KJ_T_}
%define api.location.type {struct kj_place}
%define parse.error custom
%define parse.lac full
%locations
%parse-param {struct kj_parse *parse}
%lex-param {struct kj_parse *parse}

%code requires {
#include "parse.h"
}

%code provides {
int kj_scan_token(KJ_CONF_YYSTYPE *yylval_param, struct kj_place *yylloc_param, void *yyscanner);
}

%code {
#include "kanjiki/buf.h"
#include "kanjiki/snapshot.h"

/* A construct stands where it begins. */
#define YYLLOC_DEFAULT(current, rhs, n) ((current) = YYRHSLOC(rhs, (n) ? 1 : 0))

static int yylex(YYSTYPE *value, YYLTYPE *place, struct kj_parse *parse);
static void yyerror(const YYLTYPE *place, struct kj_parse *parse, const char *message);
}

%union {
	const char *text;
	struct kj_value *value;
	struct kj_values values;
	struct kj_nodes nodes;
	struct {
		const char *text;
		struct kj_place place;
	} title;
}

%token END 0 "the end of the file"
%token <text> NAME "a name" WORD "a word" STRING "a text in quotes" NUMBER "a number"
%token INCLUDE "include"
%token BAD "an unreadable character"
%token EQUALS "\"=\"" OPEN "\"{\"" CLOSE "\"}\"" LIST_OPEN "\"[\"" LIST_CLOSE "\"]\""
%token COMMA "\",\"" SEMICOLON "\";\""

%type <text> name
%type <value> value scalar
%type <values> items
%type <nodes> statements statement
%type <title> title

%%

file
: statements			{ parse->nodes = $statements; }
;

statements
: %empty			{ $$ = (struct kj_nodes){0}; }
| statements[list] statement	{ $$ = $list; kj_nodes_add(&$$, $statement); }
| statements[list] SEMICOLON	{ $$ = $list; }
| statements[list] error	{ $$ = $list; }
;

statement
: name EQUALS value
	{
		struct kj_node *node = kj_parse_node(parse, &@name, $name);

		if (!node)
			YYNOMEM;
		node->value = $value;
		$$ = (struct kj_nodes){node, node};
	}
| name title OPEN statements CLOSE
	{
		struct kj_node *node = kj_parse_node(parse, &@name, $name);

		if (!node)
			YYNOMEM;
		node->title = $title.text;
		node->title_place = $title.place;
		node->children = $statements.first;
		$$ = (struct kj_nodes){node, node};
	}
| INCLUDE STRING
	{
		$$ = (struct kj_nodes){0};
		if (kj_parse_include(parse, &@STRING, $STRING, &$$) < 0)
			YYNOMEM;
	}
| WORD
	{
		if (!YYRECOVERING())
			kj_complain(parse->complaints, false, @WORD.file, @WORD.line, @WORD.column,
			    "\"=\" and a value, or a block in \"{\" and \"}\", must follow \"%s\"",
			    kj_parse_shown(parse, &@WORD, $WORD));
		YYERROR;
	}
;

name /* A name is a sure place to go on from: the next mistake is a new one. */
: NAME				{ $$ = $NAME; yyerrok; }
;

title
: %empty			{ $$.text = NULL; $$.place = @$; }
| STRING			{ $$.text = $STRING; $$.place = @STRING; }
;

value
: scalar
| LIST_OPEN items comma LIST_CLOSE
	{
		$$ = kj_parse_value(parse, &@LIST_OPEN, KJ_VALUE_LIST, "");
		if (!$$)
			YYNOMEM;
		$$->items = $items.first;
	}
| LIST_OPEN LIST_CLOSE
	{
		$$ = kj_parse_value(parse, &@LIST_OPEN, KJ_VALUE_LIST, "");
		if (!$$)
			YYNOMEM;
	}
;

items
: scalar			{ $$ = (struct kj_values){$scalar, $scalar}; }
| items[list] COMMA scalar	{ $$ = $list; $$.last->next = $scalar; $$.last = $scalar; }
;

comma
: %empty
| COMMA
;

scalar
: STRING	{ if (!($$ = kj_parse_value(parse, &@1, KJ_VALUE_STRING, $1))) YYNOMEM; }
| WORD		{ if (!($$ = kj_parse_value(parse, &@1, KJ_VALUE_WORD, $1))) YYNOMEM; }
| NUMBER	{ if (!($$ = kj_parse_value(parse, &@1, KJ_VALUE_NUMBER, $1))) YYNOMEM; }
| BAD		{ if (!($$ = kj_parse_value(parse, &@1, KJ_VALUE_BAD, ""))) YYNOMEM; }
;

%%

static int yylex(YYSTYPE *value, YYLTYPE *place, struct kj_parse *parse)
{
	return kj_scan_token(value, place, parse->scanner);
}

/* Called by the skeleton when it cannot grow its stack; parse.c says so from the return value. */
static void yyerror(const YYLTYPE *place, struct kj_parse *parse, const char *message)
{
	(void)place;
	(void)parse;
	(void)message;
}

static int yyreport_syntax_error(const yypcontext_t *context, struct kj_parse *parse)
{
	enum { EXPECTED_MAX = 6 };
	const struct kj_place *place = yypcontext_location(context);
	yysymbol_kind_t expected[EXPECTED_MAX];
	int count = yypcontext_expected_tokens(context, expected, EXPECTED_MAX);
	struct kj_buf buf = KJ_BUF_INIT(512);

	/* What the scanner has complained about needs no second complaint. */
	if (parse->stopped || yypcontext_token(context) == YYSYMBOL_BAD)
		return 0;
	/* An unreadable character is expected nowhere, although the grammar takes it for a value. */
	for (int i = 0; i < count; i++)
		if (expected[i] == YYSYMBOL_BAD)
			expected[i--] = expected[--count];
	for (int i = 0; i < count; i++)
		kj_buf_printf(&buf, "%s%s", i == 0 ? "" : i == count - 1 ? " or " : ", ",
		    yysymbol_name(expected[i]));
	if (count <= 0)
		kj_buf_add_str(&buf, "a statement");
	kj_complain(parse->complaints, false, place->file, place->line, place->column,
	    parse->at_end ? "%s expected, but %s comes" : "%s expected, not \"%s\"", kj_buf_str(&buf),
	    parse->at_end ? "the end of the file" : kj_parse_shown(parse, place, parse->found));
	kj_buf_free(&buf);
	return 0;
}
