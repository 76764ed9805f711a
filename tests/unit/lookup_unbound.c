/*
 * lookup_unbound.c - Unbound before NSD
 *
 * As Debian configures it but for its buffers: one thread, and the list of what it works on at its default length.
 */
#include "lookup_unbound.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lookup_world.h"

char unbound_server[32];

static char dir[PATH_MAX / 2], conf_path[PATH_MAX];
static pid_t pid;

static void die(const char *what)
{
	printf("Bail out! %s: %s\n", what, strerror(errno));
	exit(1);
}

static void write_conf(const char *port)
{
	FILE *conf = fopen(conf_path, "we");

	if (!conf)
		die(conf_path);
	fprintf(conf,
	    "server:\n interface: 127.0.0.1\n port: %s\n num-threads: 1\n access-control: 127.0.0.0/8 allow\n"
	    " chroot: \"\"\n username: \"\"\n pidfile: \"\"\n directory: \"%s\"\n use-syslog: no\n"
	    " logfile: \"%s/log\"\n do-daemonize: no\n module-config: \"iterator\"\n"
	    " do-not-query-localhost: no\n qname-minimisation: no\n"
	    "forward-zone:\n name: \".\"\n forward-addr: 127.0.0.1@%s\n"
	    "remote-control:\n control-enable: no\n",
	    port, dir, dir, strchr(nsd_server, ':') + 1);
	fclose(conf);
}

static void await(void)
{
	struct kj_resolver *resolver = resolver_with((const char *[]){unbound_server, NULL}, 100);
	int64_t until = now_ms() + 10000;
	bool up = false;
	char name[40];

	for (int i = 0; !up && now_ms() < until; i++) {
		struct kj_dns_answer *answer;

		/* Failures are cached: each attempt needs a name of its own. */
		snprintf(name, sizeof name, "await%d.many.example.jp", i);
		answer = ask_for(resolver, name, KJ_DNS_A, 5000);
		up = answer->status == KJ_DNS_FOUND;
		kj_dns_answer_unref(answer);
	}
	kj_resolver_free(resolver);
	if (!up)
		die("unbound does not answer");
}

void unbound_start(void)
{
	const char *tmp = getenv("TMPDIR");

	nsd_start();
	snprintf(dir, sizeof dir, "%s/kanjiki-unbound.XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(dir))
		die(dir);
	snprintf(conf_path, sizeof conf_path, "%s/unbound.conf", dir);
	closed_server(unbound_server);
	write_conf(strchr(unbound_server, ':') + 1);
	pid = fork();
	if (pid == 0) {
		setpgid(0, 0);
		if (!freopen("/dev/null", "w", stderr))
			_exit(127);
		execl("/usr/sbin/unbound", "unbound", "-d", "-c", conf_path, (char *)NULL);
		_exit(127);
	}
	await();
}

void unbound_stop(void)
{
	char log[PATH_MAX];

	kill(pid, SIGTERM);
	waitpid(pid, NULL, 0);
	snprintf(log, sizeof log, "%s/log", dir);
	unlink(log);
	unlink(conf_path);
	rmdir(dir);
	nsd_stop();
}
