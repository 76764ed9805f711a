/*
 * policy.c - finding symbols and policies
 */
#include "kanjiki/policy.h"

#include "kanjiki/err.h"

int kj_symbol_find(const struct kj_weights *weights, const char *name)
{
	unsigned low = 0, high = weights->symbol_count;

	while (low < high) {
		unsigned middle = low + (high - low) / 2;
		int order = strcmp(weights->symbols[middle].name, name);

		if (order == 0)
			return (int)middle;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return -KJ_ENOENT;
}

static const struct kj_policy *find_exact(const struct kj_policies *policies, const char *domain)
{
	unsigned low = 1, high = policies->policy_count;

	while (low < high) {
		unsigned middle = low + (high - low) / 2;
		int order = strcmp(policies->policies[middle].domain, domain);

		if (order == 0)
			return &policies->policies[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

const struct kj_policy *kj_policy_find(const struct kj_policies *policies, const char *domain)
{
	while (*domain) {
		const struct kj_policy *policy = find_exact(policies, domain);
		const char *dot = strchr(domain, '.');

		if (policy)
			return policy;
		if (!dot)
			break;
		domain = dot + 1;
	}
	return &policies->policies[0];
}
