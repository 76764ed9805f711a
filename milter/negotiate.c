/*
 * negotiate.c - protocol steps, replies and macros
 *
 * Steps that tell us nothing (DATA, end of header, unknown commands) are not sent at all. Of the others we answer
 * only those where the answer can matter: connect and MAIL, where a trusted client or an authenticated sender
 * leaves with SMFIS_ACCEPT and the MTA keeps the rest to itself; RCPT if recipients may be put off
 * (split = yes); end of message, always. A mail has some twenty header fields; not answering them costs a third of
 * the CPU.
 *
 * Over TCP everything is answered. Postfix writes commands without an answer one after another; its TCP then holds
 * back the second small one (Nagle, RFC 896) until the first is acknowledged, which our side delays by 40 ms
 * (RFC 1122 section 4.2.3.2), since it has nothing to send. An answer carries the acknowledgement. Setting
 * TCP_QUICKACK instead would need libmilter's descriptors, which it does not give away.
 *
 * Where an MTA does not know the flags for "no reply", libmilter fakes them: it sends the answer for us. So they
 * can always be asked for, and a callback can rely on what it asked for.
 */
#include "milter/negotiate.h"

struct want {
	int stage;
	const char *macros;
};

/*
 * The macros we read. A list replaces the MTA's own for that stage, so a stage without any still has a row.
 * {client_name} is the verified name, as opposed to the host name of the connect step, which Sendmail takes from
 * an unverified PTR record; {client_resolve} says so too. Postfix sends them only on request. {auth_authen} is the
 * login name. "i" is the queue id; Postfix knows it after the first recipient.
 */
static const struct want wants[] = {
    {SMFIM_CONNECT, "{client_name} {client_resolve}"},
    {SMFIM_HELO, ""},
    {SMFIM_ENVFROM, "i {auth_authen}"},
    {SMFIM_ENVRCPT, ""},
    {SMFIM_DATA, ""},
    {SMFIM_EOH, ""},
    {SMFIM_EOM, "i"},
};

unsigned long kj_steps_wanted(bool over_tcp, bool split)
{
	unsigned long steps = SMFIP_NODATA | SMFIP_NOUNKNOWN | SMFIP_NOEOH | SMFIP_HDR_LEADSPC;

	if (over_tcp)
		return steps;
	steps |= SMFIP_NR_HELO | SMFIP_NR_HDR | SMFIP_NR_BODY;
	return split ? steps : steps | SMFIP_NR_RCPT;
}

void kj_negotiate(SMFICTX *ctx, unsigned long offered_actions, unsigned long offered_steps,
    unsigned long wanted_steps, unsigned long *ret_actions, unsigned long *ret_steps)
{
	*ret_actions = offered_actions & (KJ_MILTER_ACTIONS | SMFIF_SETSYMLIST);
	*ret_steps = offered_steps & wanted_steps;
	if (!(offered_actions & SMFIF_SETSYMLIST))
		return;
	for (unsigned i = 0; i < sizeof wants / sizeof *wants; i++)
		(void)smfi_setsymlist(ctx, wants[i].stage, (char *)wants[i].macros);
}
