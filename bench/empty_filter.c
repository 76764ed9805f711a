/*
 * empty_filter.c - a libmilter filter that does nothing: what the library and the sockets cost by themselves
 *
 * It asks for the same events, the same macros and the same silence (NR_*) as kanjikid (milter/negotiate.c) and looks
 * at none of it, so that what kanjikid costs beyond it is kanjikid's own: over a unix socket connect, MAIL and end of
 * message are answered, over TCP everything is. Usage: empty_filter unix:PATH|inet:PORT@ADDR
 */
#include <libmilter/mfapi.h>
#include <libmilter/mfdef.h>
#include <stdbool.h>

#define STEPS   (SMFIP_NODATA | SMFIP_NOUNKNOWN | SMFIP_NOEOH | SMFIP_HDR_LEADSPC)
#define SILENCE (SMFIP_NR_HELO | SMFIP_NR_RCPT | SMFIP_NR_HDR | SMFIP_NR_BODY)
#define ACTIONS (SMFIF_ADDHDRS | SMFIF_CHGHDRS)

static sfsistat on_connect(SMFICTX *ctx, char *name, _SOCK_ADDR *addr)
{
	(void)ctx, (void)name, (void)addr;
	return SMFIS_CONTINUE;
}

static sfsistat on_helo(SMFICTX *ctx, char *helo)
{
	(void)ctx, (void)helo;
	return SMFIS_CONTINUE;
}

static sfsistat on_helo_silent(SMFICTX *ctx, char *helo)
{
	(void)ctx, (void)helo;
	return SMFIS_NOREPLY;
}

static sfsistat on_address(SMFICTX *ctx, char **args)
{
	(void)ctx, (void)args;
	return SMFIS_CONTINUE;
}

static sfsistat on_address_silent(SMFICTX *ctx, char **args)
{
	(void)ctx, (void)args;
	return SMFIS_NOREPLY;
}

static sfsistat on_field(SMFICTX *ctx, char *name, char *value)
{
	(void)ctx, (void)name, (void)value;
	return SMFIS_CONTINUE;
}

static sfsistat on_field_silent(SMFICTX *ctx, char *name, char *value)
{
	(void)ctx, (void)name, (void)value;
	return SMFIS_NOREPLY;
}

static sfsistat on_body(SMFICTX *ctx, unsigned char *data, size_t len)
{
	(void)ctx, (void)data, (void)len;
	return SMFIS_CONTINUE;
}

static sfsistat on_body_silent(SMFICTX *ctx, unsigned char *data, size_t len)
{
	(void)ctx, (void)data, (void)len;
	return SMFIS_NOREPLY;
}

static sfsistat on_end(SMFICTX *ctx)
{
	(void)ctx;
	return SMFIS_CONTINUE;
}

static void ask_for_macros(SMFICTX *ctx)
{
	static const struct {
		int stage;
		const char *macros;
	} wants[] = {{SMFIM_CONNECT, "{client_name} {client_resolve}"}, {SMFIM_HELO, ""},
	    {SMFIM_ENVFROM, "i {auth_authen}"}, {SMFIM_ENVRCPT, ""}, {SMFIM_DATA, ""}, {SMFIM_EOH, ""},
	    {SMFIM_EOM, "i"}};

	for (size_t i = 0; i < sizeof wants / sizeof *wants; i++)
		smfi_setsymlist(ctx, wants[i].stage, (char *)wants[i].macros);
}

static sfsistat negotiate(SMFICTX *ctx, unsigned long actions, unsigned long steps, unsigned long f2,
    unsigned long f3, unsigned long *ret_actions, unsigned long *ret_steps, unsigned long *ret_f2,
    unsigned long *ret_f3)
{
	(void)f2, (void)f3;
	ask_for_macros(ctx);
	*ret_actions = actions & (ACTIONS | SMFIF_SETSYMLIST);
	*ret_steps = steps & STEPS;
	*ret_f2 = *ret_f3 = 0;
	return SMFIS_CONTINUE;
}

static sfsistat negotiate_silent(SMFICTX *ctx, unsigned long actions, unsigned long steps, unsigned long f2,
    unsigned long f3, unsigned long *ret_actions, unsigned long *ret_steps, unsigned long *ret_f2,
    unsigned long *ret_f3)
{
	sfsistat status = negotiate(ctx, actions, steps, f2, f3, ret_actions, ret_steps, ret_f2, ret_f3);

	*ret_steps |= steps & SILENCE;
	return status;
}

static struct smfiDesc talkative = {
    .xxfi_name = (char *)"empty",
    .xxfi_version = SMFI_VERSION,
    .xxfi_flags = ACTIONS,
    .xxfi_connect = on_connect,
    .xxfi_helo = on_helo,
    .xxfi_envfrom = on_address,
    .xxfi_envrcpt = on_address,
    .xxfi_header = on_field,
    .xxfi_body = on_body,
    .xxfi_eom = on_end,
    .xxfi_abort = on_end,
    .xxfi_close = on_end,
    .xxfi_negotiate = negotiate,
};

static struct smfiDesc silent = {
    .xxfi_name = (char *)"empty",
    .xxfi_version = SMFI_VERSION,
    .xxfi_flags = ACTIONS,
    .xxfi_connect = on_connect,
    .xxfi_helo = on_helo_silent,
    .xxfi_envfrom = on_address,
    .xxfi_envrcpt = on_address_silent,
    .xxfi_header = on_field_silent,
    .xxfi_body = on_body_silent,
    .xxfi_eom = on_end,
    .xxfi_abort = on_end,
    .xxfi_close = on_end,
    .xxfi_negotiate = negotiate_silent,
};

int main(int argc, char **argv)
{
	bool tcp = argc == 2 && strncmp(argv[1], "inet", 4) == 0;

	if (argc != 2 || smfi_register(tcp ? talkative : silent) != MI_SUCCESS ||
	    smfi_setconn(argv[1]) != MI_SUCCESS || smfi_setbacklog(256) != MI_SUCCESS ||
	    smfi_opensocket(true) != MI_SUCCESS) {
		fputs("usage: empty_filter unix:PATH|inet:PORT@ADDR\n", stderr);
		return 2;
	}
	return smfi_main() == MI_SUCCESS ? 0 : 1;
}
