/*
 * daemon.c - start, control, reload, stop
 *
 * Two threads of our own: libmilter's listener (smfi_main) in one, and the main thread, which waits for signals and
 * for the control socket and does what is rare: reloading, the hourly sweep, stopping.
 *
 * Signals. libmilter has a thread in sigwait() for HUP, TERM and INT and stops at any of them; that cannot be switched
 * off. All threads are born with these signals blocked, and SIGUSR1; only the main thread opens them, once libmilter
 * runs. The kernel gives a signal to the main thread first if that can take it, so it nearly always does, and stops at
 * once. Should libmilter's thread get it all the same (two signals at a time), it stops by itself, which takes up to
 * five seconds more. So HUP cannot safely mean "reload" here: that is SIGUSR1, or the control socket.
 *
 * Stopping. libmilter's listener sleeps up to five seconds in select() while it holds the lock that smfi_stop() needs.
 * So smfi_stop() is called from a thread of its own while the main thread pokes the listener with SIGUSR2, whose
 * handler does nothing but end the select().
 */
#include "milter/daemon.h"

#include <errno.h>
#include <libmilter/mfapi.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <syslog.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "kanjiki/clock.h"
#include "kanjiki/engine.h"
#include "kanjiki/snapshot.h"
#include "milter/callbacks.h"
#include "milter/commands.h"
#include "milter/control.h"
#include "milter/identity.h"
#include "milter/listen.h"
#include "milter/log.h"
#include "milter/reload.h"

#define SWEEP_EVERY_MS   3600000
#define FLUSH_EVERY_MS   1000 /* sightings gather for five seconds in the store: no crash shall lose more */
#define POKE_EVERY_MS    20
#define STOP_EXTRA_MS    2000 /* beyond the deadline of lookups, for verdicts under way */
#define ANSWER_MAX_BYTES (256 * 1024)

struct daemon {
	const char *conf_path;
	struct kj_log log;
	struct kj_snapshot *snapshot; /* of the start: its socket, state and user are at work until the end */
	struct kj_engine *engine;
	struct kj_control *control;
	struct kj_filter filter;
	sigset_t signals; /* those we handle */
	pthread_t milter;
	int milter_done; /* eventfd: smfi_main() came back */
	int milter_status;
	bool milter_runs;
	bool listens;
	int64_t next_sweep_ms, next_flush_ms;
};

/* A handler has no context, so these are static. What was asked is noted, and poll() woken up by the eventfd. */
static volatile sig_atomic_t stop_asked, reload_asked;
static int wake_up = -1;

static void on_signal(int number)
{
	int saved = errno;

	if (number == SIGUSR1)
		reload_asked = 1;
	else
		stop_asked = 1;
	eventfd_write(wake_up, 1);
	errno = saved;
}

static void on_poke(int number)
{
	(void)number;
}

static int64_t now_ms(void)
{
	return kj_clock_mono_ms(kj_clock_system());
}

static int prepare_signals(struct daemon *daemon)
{
	static const int numbers[] = {SIGHUP, SIGTERM, SIGINT, SIGUSR1};
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
	struct sigaction poke = {.sa_handler = on_poke};

	wake_up = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (wake_up < 0)
		return EX_OSERR;
	sigemptyset(&daemon->signals);
	for (unsigned i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		sigaddset(&daemon->signals, numbers[i]);
		sigaction(numbers[i], &action, NULL);
	}
	sigaction(SIGUSR2, &poke, NULL);
	signal(SIGPIPE, SIG_IGN);
	pthread_sigmask(SIG_BLOCK, &daemon->signals, NULL);
	return 0;
}

static int load(struct daemon *daemon)
{
	struct kj_complaints *complaints = kj_complaints_new();
	int status;

	if (!complaints)
		return EX_OSERR;
	status = kj_snapshot_load(daemon->conf_path, &daemon->snapshot, complaints);
	malloc_trim(0); /* compiling the phrases takes some 60 MiB for a moment */
	if (status == 0)
		kj_log_configure(&daemon->log, kj_snapshot_settings(daemon->snapshot));
	kj_complaints_log(complaints, &daemon->log);
	if (status < 0)
		kj_log_event(
		    &daemon->log, LOG_ERR, "start", "%s: %s", daemon->conf_path, kj_strerror(status));
	kj_complaints_free(complaints);
	return status < 0 ? EX_CONFIG : 0;
}

static int refuse(struct daemon *daemon, int status, const struct kj_reason *reason)
{
	kj_log_event(&daemon->log, LOG_ERR, "start", "%s", reason->text);
	return status;
}

static void say_aside(void *context, bool is_warning, const char *line)
{
	kj_log_line(context, is_warning ? LOG_WARNING : LOG_NOTICE, line);
}

static int start_engine(struct daemon *daemon)
{
	const struct kj_settings *settings = kj_snapshot_settings(daemon->snapshot);
	struct kj_engine_options options = {
	    .clock = kj_clock_system(), .say = say_aside, .say_context = &daemon->log};
	struct kj_reason reason = {""};

	if (kj_become_user(settings->user, &reason) < 0)
		return refuse(daemon, EX_NOUSER, &reason);
	if (kj_engine_new(daemon->snapshot, &options, &daemon->engine, &reason) < 0)
		return refuse(daemon, EX_UNAVAILABLE, &reason);
	if (*settings->control_socket &&
	    kj_control_open(settings->control_socket, &daemon->control, &reason) < 0)
		return refuse(daemon, EX_UNAVAILABLE, &reason);
	return 0;
}

static void *run_milter(void *argument)
{
	struct daemon *daemon = argument;
	uint64_t one = 1;

	daemon->milter_status = smfi_main();
	if (write(daemon->milter_done, &one, sizeof one) != sizeof one)
		return NULL; /* an eventfd takes a one */
	return NULL;
}

static int start_milter(struct daemon *daemon)
{
	const struct kj_settings *settings = kj_snapshot_settings(daemon->snapshot);
	struct kj_reason reason = {""};

	kj_filter_init(&daemon->filter, daemon->engine, &daemon->log, kj_listen_over_tcp(settings->socket));
	if (kj_filter_register(&daemon->filter, &reason) < 0 ||
	    kj_listen(settings->socket, settings->socket_mode, &reason) < 0)
		return refuse(daemon, EX_UNAVAILABLE, &reason);
	daemon->listens = true;
	daemon->milter_done = eventfd(0, EFD_CLOEXEC);
	if (daemon->milter_done < 0 || pthread_create(&daemon->milter, NULL, run_milter, daemon) != 0) {
		kj_fail(&reason, KJ_EIO, "cannot start libmilter's thread: %s", strerrordesc_np(errno));
		return refuse(daemon, EX_OSERR, &reason);
	}
	daemon->milter_runs = true;
	return 0;
}

static void reload(struct daemon *daemon, struct kj_buf *answer)
{
	sd_notify(0, "RELOADING=1");
	kj_reload(daemon->engine, &daemon->log, daemon->conf_path, answer);
	sd_notify(0, "READY=1");
}

static void run_command(void *context, const char *command, struct kj_buf *answer)
{
	struct daemon *daemon = context;

	if (strcmp(command, "reload") == 0)
		reload(daemon, answer);
	else if (!kj_command_ask(daemon->engine, command, answer))
		kj_buf_add_str(answer, "error unknown command; there is: clusters, lists, metrics, reload\n");
}

static void say_sweep(void *context, const char *line)
{
	kj_log_line(context, LOG_INFO, line);
}

static void sweep_if_due(struct daemon *daemon)
{
	if (now_ms() >= daemon->next_flush_ms) {
		kj_engine_flush(daemon->engine, false);
		daemon->next_flush_ms = now_ms() + FLUSH_EVERY_MS;
	}
	if (now_ms() < daemon->next_sweep_ms)
		return;
	kj_engine_sweep(daemon->engine, say_sweep, &daemon->log);
	daemon->next_sweep_ms = now_ms() + SWEEP_EVERY_MS;
}

/* How long poll() may sleep, in milliseconds: until something is due, or shorter while somebody is at the control
 * socket. */
static int nap_ms(const struct daemon *daemon)
{
	int64_t next_ms = daemon->next_flush_ms < daemon->next_sweep_ms ? daemon->next_flush_ms : daemon->next_sweep_ms;
	int64_t left_ms = next_ms - now_ms();

	if (left_ms < 0)
		left_ms = 0;
	if (daemon->control && kj_control_busy(daemon->control) && left_ms > 1000)
		left_ms = 1000;
	return (int)left_ms;
}

static void reload_if_asked(struct daemon *daemon)
{
	struct kj_buf unread = KJ_BUF_INIT(ANSWER_MAX_BYTES);
	eventfd_t count;

	(void)eventfd_read(wake_up, &count);
	if (!reload_asked)
		return;
	reload_asked = 0;
	reload(daemon, &unread);
	kj_buf_free(&unread);
}

/* Until a signal or libmilter says stop. */
static void serve(struct daemon *daemon)
{
	enum { MILTER_DONE, WAKE_UP, CONTROL };
	struct pollfd fds[CONTROL + KJ_CONTROL_POLLFDS];

	while (!stop_asked) {
		unsigned count = daemon->control ? kj_control_poll(daemon->control, fds + CONTROL) : 0;

		fds[MILTER_DONE] = (struct pollfd){.fd = daemon->milter_done, .events = POLLIN};
		fds[WAKE_UP] = (struct pollfd){.fd = wake_up, .events = POLLIN};
		if (poll(fds, CONTROL + count, nap_ms(daemon)) >= 0) {
			if (fds[MILTER_DONE].revents)
				break;
			if (daemon->control)
				kj_control_serve(
				    daemon->control, fds + CONTROL, count, now_ms(), run_command, daemon);
		}
		reload_if_asked(daemon);
		sweep_if_due(daemon);
	}
	pthread_sigmask(SIG_BLOCK, &daemon->signals, NULL);
}

static void *call_smfi_stop(void *unused)
{
	smfi_stop();
	return unused;
}

/* Let libmilter's listener end, and wait for it. Without a thread for smfi_stop() it is left to its own signal
 * thread. */
static void stop_milter(struct daemon *daemon)
{
	pthread_t stopper;
	bool stopping = pthread_create(&stopper, NULL, call_smfi_stop, NULL) == 0;
	struct pollfd done = {.fd = daemon->milter_done, .events = POLLIN};

	if (!stopping)
		kill(getpid(), SIGTERM);
	while (poll(&done, 1, POKE_EVERY_MS) <= 0)
		pthread_kill(daemon->milter, SIGUSR2);
	pthread_join(daemon->milter, NULL);
	if (stopping)
		pthread_join(stopper, NULL);
}

/* Give back what start took. Returns false if sessions still stand on the engine, which then stays as it is. */
static bool finish(struct daemon *daemon)
{
	bool empty = true;

	if (daemon->milter_runs) {
		stop_milter(daemon);
		empty = kj_filter_close(
		    &daemon->filter, kj_snapshot_settings(daemon->snapshot)->deadline_ms + STOP_EXTRA_MS);
		close(daemon->milter_done);
	}
	if (daemon->listens)
		kj_listen_end(kj_snapshot_settings(daemon->snapshot)->socket);
	kj_control_close(daemon->control);
	if (!empty) {
		kj_engine_flush(daemon->engine, true);
		return false;
	}
	kj_engine_free(daemon->engine);
	kj_snapshot_unref(daemon->snapshot);
	return true;
}

static int start(struct daemon *daemon)
{
	int status = load(daemon);

	if (status)
		return status;
	umask(0077);
	status = prepare_signals(daemon);
	if (status == 0)
		status = start_engine(daemon);
	if (status == 0)
		status = start_milter(daemon);
	return status;
}

int kj_daemon_run(const char *conf_path)
{
	struct daemon daemon = {.conf_path = conf_path, .next_sweep_ms = now_ms() + SWEEP_EVERY_MS};
	int status;

	kj_log_open(&daemon.log);
	status = start(&daemon);
	if (status == 0) {
		pthread_sigmask(SIG_UNBLOCK, &daemon.signals, NULL);
		kj_log_event(&daemon.log, LOG_NOTICE, "start", "kanjikid %s listens on %s", PACKAGE_VERSION,
		    kj_snapshot_settings(daemon.snapshot)->socket);
		sd_notify(0, "READY=1");
		serve(&daemon);
		sd_notify(0, "STOPPING=1");
		if (daemon.milter_status != MI_SUCCESS)
			status = EX_OSERR;
	}
	if (!finish(&daemon)) {
		/* Threads of libmilter may still touch what the stack and the engine hold: leave without unwinding. */
		kj_log_event(&daemon.log, LOG_NOTICE, "stop", "stopped, connections were open");
		_exit(status);
	}
	kj_log_event(&daemon.log, LOG_NOTICE, "stop", status ? "stopped, status %d" : "stopped", status);
	return status;
}
