/*
 * lookup_unbound.h - a real recursive server between the resolver and the NSD of lookup_world.h
 */
#ifndef KJ_TEST_LOOKUP_UNBOUND_H
#define KJ_TEST_LOOKUP_UNBOUND_H

/* unbound_start - NSD, and an Unbound that asks it everything; exits the test program if that fails. unbound_stop -
 * end both and remove their files. "127.0.0.1:PORT" in between. */
void unbound_start(void);
void unbound_stop(void);
extern char unbound_server[32];

#endif
