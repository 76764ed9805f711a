/*
 * fuzz_html.c - an HTML document
 */
#include "fuzz.h"
#include "message/html.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kj_streams streams = {KJ_BUF_INIT(4096), KJ_BUF_INIT(4096), KJ_BUF_INIT(4096), 0, 0, 0};

	kj_html_read(&streams, (const char *)data, size, size % 2);
	kj_buf_free(&streams.visible);
	kj_buf_free(&streams.hidden);
	kj_buf_free(&streams.quoted);
	return 0;
}
