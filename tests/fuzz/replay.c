/*
 * replay.c - main() of a fuzz target in a build without a fuzzer: replay its corpus
 *
 * The target fuzz_NAME reads every file of tests/fuzz/corpus/NAME, and each file cut off at a few places. That is
 * how `make check` guards what the fuzzer once found. TAP on standard output.
 */
#include <dirent.h>
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdint.h>

#include "fuzz.h"

#define INPUT_MAX (1U << 20)

static int replay_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	uint8_t *data = malloc(INPUT_MAX);
	size_t len = 0;

	if (!file || !data) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		free(data);
		if (file)
			fclose(file);
		return -1;
	}
	len = fread(data, 1, INPUT_MAX, file);
	fclose(file);
	for (size_t part = 0; part <= 4; part++) {
		/* An exact copy, so that the sanitizer sees a read one byte too far. */
		size_t cut = len * part / 4;
		uint8_t *copy = malloc(cut ? cut : 1);

		if (copy && cut)
			memcpy(copy, data, cut);
		if (copy)
			LLVMFuzzerTestOneInput(copy, cut);
		free(copy);
	}
	free(data);
	return 0;
}

int main(int argc, char **argv)
{
	const char *srcdir = getenv("KJ_SRCDIR"), *name = basename(argv[0]);
	char path[PATH_MAX];
	int files = 0, failed = 0;
	struct dirent *entry;
	DIR *dir;

	(void)argc;
	name += strncmp(name, "fuzz_", 5) == 0 ? 5 : 0;
	snprintf(path, sizeof path, "%s/tests/fuzz/corpus/%s", srcdir ? srcdir : ".", name);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		char file[PATH_MAX + 300];

		if (entry->d_name[0] == '.')
			continue;
		snprintf(file, sizeof file, "%s/%s", path, entry->d_name);
		failed |= replay_file(file) < 0;
		files++;
	}
	if (dir)
		closedir(dir);
	printf("1..1\n%s 1 - %s replays %d inputs\n", files && !failed ? "ok" : "not ok", name, files);
	return files && !failed ? 0 : 1;
}
