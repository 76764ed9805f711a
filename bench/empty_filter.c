/*
 * empty_filter.c - a libmilter filter that does nothing: what the library and the sockets cost by themselves
 *
 * It asks for the same events, the same macros and the same silence (NR_*) as kanjikid and looks at none of it, so
 * that what kanjikid costs beyond it is kanjikid's own. Usage: empty_filter unix:PATH|inet:PORT@ADDR
 */
#include <libmilter/mfapi.h>
#include <libmilter/mfdef.h>
#include <signal.h>
#include <stdbool.h>

static sfsistat on_connect(SMFICTX *ctx, char *name, _SOCK_ADDR *addr)
{
	(void)ctx, (void)name, (void)addr;
	return SMFIS_NOREPLY;
}

static sfsistat on_text(SMFICTX *ctx, char *text)
{
	(void)ctx, (void)text;
	return SMFIS_NOREPLY;
}

static sfsistat on_args(SMFICTX *ctx, char **args)
{
	(void)ctx, (void)args;
	return SMFIS_NOREPLY;
}

static sfsistat on_header(SMFICTX *ctx, char *name, char *value)
{
	(void)ctx, (void)name, (void)value;
	return SMFIS_NOREPLY;
}

static sfsistat on_eoh(SMFICTX *ctx)
{
	(void)ctx;
	return SMFIS_NOREPLY;
}

static sfsistat on_body(SMFICTX *ctx, unsigned char *data, size_t len)
{
	(void)ctx, (void)data, (void)len;
	return SMFIS_NOREPLY;
}

static sfsistat on_eom(SMFICTX *ctx)
{
	(void)ctx;
	return SMFIS_CONTINUE;
}

static sfsistat on_end(SMFICTX *ctx)
{
	(void)ctx;
	return SMFIS_CONTINUE;
}

static sfsistat on_negotiate(SMFICTX *ctx, unsigned long actions, unsigned long steps, unsigned long f2,
    unsigned long f3, unsigned long *ret_actions, unsigned long *ret_steps, unsigned long *ret_f2,
    unsigned long *ret_f3)
{
	const unsigned long silence = SMFIP_NR_CONN | SMFIP_NR_HELO | SMFIP_NR_MAIL | SMFIP_NR_RCPT |
	                              SMFIP_NR_HDR | SMFIP_NR_EOH | SMFIP_NR_BODY;
	char on_connecting[] = "j {client_addr} {client_name} {client_ptr}";
	char on_mail[] = "i {auth_authen}", with_id[] = "i";

	(void)f2, (void)f3;
	if ((steps & silence) != silence)
		return SMFIS_REJECT;
	smfi_setsymlist(ctx, SMFIM_CONNECT, on_connecting);
	smfi_setsymlist(ctx, SMFIM_ENVFROM, on_mail);
	smfi_setsymlist(ctx, SMFIM_EOM, with_id);
	*ret_actions = actions & (SMFIF_ADDHDRS | SMFIF_CHGHDRS);
	*ret_steps = silence | SMFIP_NODATA | SMFIP_NOUNKNOWN | (steps & SMFIP_HDR_LEADSPC);
	*ret_f2 = *ret_f3 = 0;
	return SMFIS_CONTINUE;
}

static struct smfiDesc filter = {
    .xxfi_name = (char *)"empty",
    .xxfi_version = SMFI_VERSION,
    .xxfi_flags = SMFIF_ADDHDRS | SMFIF_CHGHDRS,
    .xxfi_connect = on_connect,
    .xxfi_helo = on_text,
    .xxfi_envfrom = on_args,
    .xxfi_envrcpt = on_args,
    .xxfi_header = on_header,
    .xxfi_eoh = on_eoh,
    .xxfi_body = on_body,
    .xxfi_eom = on_eom,
    .xxfi_abort = on_end,
    .xxfi_close = on_end,
    .xxfi_negotiate = on_negotiate,
};

int main(int argc, char **argv)
{
	if (argc != 2 || smfi_register(filter) != MI_SUCCESS || smfi_setconn(argv[1]) != MI_SUCCESS ||
	    smfi_setbacklog(256) != MI_SUCCESS || smfi_opensocket(true) != MI_SUCCESS) {
		fputs("usage: empty_filter unix:PATH|inet:PORT@ADDR\n", stderr);
		return 2;
	}
	return smfi_main() == MI_SUCCESS ? 0 : 1;
}
