/*
 * share_target.h - where Redis is, and who may say that he is it
 *
 * Threads: plain data once it is made.
 */
#ifndef KJ_SHARE_TARGET_H
#define KJ_SHARE_TARGET_H

#include <gnutls/gnutls.h>
#include <stdbool.h>

#include "kanjiki/share.h"

struct kj_target {
	bool local;	 /* a unix socket */
	char host[256];	 /* or its path */
	char port[8];
	bool tls;
	gnutls_certificate_credentials_t trust; /* with TLS */
};

/* kj_target_init - from the server, tls and ca_file of the configuration; -KJ_EINVAL, -KJ_ENOMEM with the reason */
int kj_target_init(struct kj_target *target, const struct kj_share_config *config, struct kj_reason *reason);
void kj_target_free(struct kj_target *target); /* also of one that is all zeros */

#endif
