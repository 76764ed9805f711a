/*
 * dns_type.c - the names of record types
 */
#include "kanjiki/resolver.h"

const char *kj_dns_type_name(enum kj_dns_type type)
{
	switch (type) {
	case KJ_DNS_A: return "A";
	case KJ_DNS_NS: return "NS";
	case KJ_DNS_CNAME: return "CNAME";
	case KJ_DNS_SOA: return "SOA";
	case KJ_DNS_PTR: return "PTR";
	case KJ_DNS_MX: return "MX";
	case KJ_DNS_TXT: return "TXT";
	case KJ_DNS_AAAA: return "AAAA";
	}
	return "?";
}
