/*
 * url_host.c - the host of a URL, as a browser finds it
 */
#include "url_host.h"

#include <ctype.h>
#include <stdint.h>
#include <strings.h>

#include "kanjiki/addr.h"
#include "kanjiki/err.h"
#include "kanjiki/name.h"

#define RAW_MAX 1024 /* of a host, before it is decoded */

static bool is_slash(char c)
{
	return c == '/' || c == '\\';
}

size_t kj_url_scheme(const char *url, size_t len)
{
	static const char *const schemes[] = {"http:", "https:", "ftp:"};

	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
		if (len > strlen(schemes[i]) && strncasecmp(url, schemes[i], strlen(schemes[i])) == 0)
			return strlen(schemes[i]);
	return 0;
}

/* Where user, host and port begin; NULL if the URL leads to no host. */
static const char *authority_of(const char *url, const char *end)
{
	size_t scheme = kj_url_scheme(url, (size_t)(end - url));

	if (scheme || (end - url > 2 && is_slash(url[0]) && is_slash(url[1]))) {
		url += scheme;
		while (url < end && is_slash(*url))
			url++;
		return url;
	}
	return end - url > 4 && strncasecmp(url, "www.", 4) == 0 ? url : NULL;
}

static int hex_digit(char c)
{
	if (!isxdigit((unsigned char)c))
		return -1;
	return isdigit((unsigned char)c) ? c - '0' : (c | 0x20) - 'a' + 10;
}

/* %xx as the bytes they mean. */
static size_t decode_percent(char *out, const char *host, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		int high = host[i] == '%' && len - i > 2 ? hex_digit(host[i + 1]) : -1;
		int low = high >= 0 ? hex_digit(host[i + 2]) : -1;

		out[n++] = (char)(low >= 0 ? high * 16 + low : host[i]);
		i += low >= 0 ? 2 : 0;
	}
	out[n] = '\0';
	return n;
}

/* A number of an IPv4 address: decimal, 0octal, 0xhex; false if it is none, or too large. */
static bool number(const char *text, size_t len, uint64_t *ret_number)
{
	unsigned base = 10;
	uint64_t n = 0;

	if (len > 1 && text[0] == '0') {
		base = (text[1] | 0x20) == 'x' ? 16 : 8;
		text += base == 16 ? 2 : 1;
		len -= base == 16 ? 2 : 1;
	}
	for (size_t i = 0; i < len; i++) {
		int digit = hex_digit(text[i]);

		if (digit < 0 || (unsigned)digit >= base || n > UINT32_MAX)
			return false;
		n = n * base + (unsigned)digit;
	}
	*ret_number = n;
	return n <= UINT32_MAX;
}

/* A name whose last label is a number is an address to browsers, and no name. */
static bool ends_in_number(const char *host)
{
	const char *dot = strrchr(host, '.');
	const char *last = dot ? dot + 1 : host;
	uint64_t n;

	return isdigit((unsigned char)*last) &&
	       (strspn(last, "0123456789") == strlen(last) || number(last, strlen(last), &n));
}

static int read_ipv4(const char *host, char *out)
{
	struct kj_addr addr = {.family = 4};
	uint64_t parts[4], value = 0;
	unsigned count = 0;

	for (;; host++) {
		size_t len = strcspn(host, ".");

		if (count == 4 || !len || !number(host, len, &parts[count++]))
			return -KJ_EINVAL;
		host += len;
		if (!*host)
			break;
	}
	for (unsigned i = 0; i + 1 < count; i++) {
		if (parts[i] > 255)
			return -KJ_EINVAL;
		value |= parts[i] << (24 - 8 * i);
	}
	if (parts[count - 1] >> (8 * (5 - count)))
		return -KJ_EINVAL;
	value |= parts[count - 1];
	for (int i = 0; i < 4; i++)
		addr.bytes[i] = (uint8_t)(value >> (24 - 8 * i));
	kj_addr_format(&addr, out);
	return 0;
}

static int read_ipv6(const char *host, size_t len, char *out)
{
	char copy[KJ_ADDR_STRLEN + 2];
	struct kj_addr addr;

	if (len >= sizeof copy)
		return -KJ_EINVAL;
	memcpy(copy, host, len);
	copy[len] = '\0';
	if (kj_addr_parse(copy, &addr) < 0)
		return -KJ_EINVAL;
	kj_addr_format(&addr, out);
	return 0;
}

/* A host without user and port. */
static int read_host(const char *host, size_t len, char *out)
{
	static const char forbidden[] = "/\\?#@:[]<>^|%\"";
	char raw[RAW_MAX + 1], ascii[KJ_NAME_STRLEN], name[KJ_NAME_STRLEN];

	if (!len || len > RAW_MAX)
		return -KJ_EINVAL;
	if (*host == '[')
		return read_ipv6(host, len, out);
	/* Some characters become others on the way, dots among them; so the result goes the same way again. */
	if (decode_percent(raw, host, len) != strlen(raw) || raw[strcspn(raw, forbidden)] ||
	    kj_name_normalise(raw, ascii) < 0 || ascii[strcspn(ascii, forbidden)] ||
	    kj_name_normalise(ascii, name) < 0)
		return -KJ_EINVAL;
	if (ends_in_number(name))
		return read_ipv4(name, out);
	memcpy(out, name, strlen(name) + 1);
	return 0;
}

int kj_url_host(const char *url, size_t len, char *out)
{
	const char *end = url + len, *host = authority_of(url, end), *stop = host, *at, *port;

	while (stop && stop < end && !is_slash(*stop) && *stop != '?' && *stop != '#')
		stop++;
	if (!host || host == stop)
		return -KJ_EINVAL;
	at = memrchr(host, '@', (size_t)(stop - host));
	host = at ? at + 1 : host;
	for (port = stop; port > host && isdigit((unsigned char)port[-1]); port--)
		;
	if (port > host && port[-1] == ':')
		stop = port - 1;
	return read_host(host, (size_t)(stop - host), out);
}

int kj_url_host_shown(const char *text, size_t len, char *out)
{
	size_t host = 0;
	char name[KJ_NAME_STRLEN];

	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] <= ' ')
			return -KJ_EINVAL;
	if (authority_of(text, text + len))
		return kj_url_host(text, len, out);
	while (host < len && !strchr("/?#:", text[host]))
		host++;
	if (memchr(text, '@', host) || read_host(text, host, name) < 0 || !kj_name_is_fqdn(name) ||
	    !kj_name_is_public(name))
		return -KJ_EINVAL;
	memcpy(out, name, strlen(name) + 1);
	return 0;
}
