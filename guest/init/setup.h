/* The set-up process: a child of the init that may block on disks and the host while the init does not. */
#ifndef NULLBOX_SETUP_H
#define NULLBOX_SETUP_H

/* Directory in memory with what programs need that enter the agent's world later. */
#define STATE_DIRECTORY   "/state"
#define STATE_WORLD       STATE_DIRECTORY "/world"
#define STATE_USER        STATE_DIRECTORY "/user"
#define STATE_WORKDIR     STATE_DIRECTORY "/workdir"
#define STATE_ENVIRONMENT STATE_DIRECTORY "/environment"

/*
 * Fetches the configuration, applies it, makes the agent's world, and ends; the outcome goes to FD_STATUS as reports.
 * Needs the descriptors of world.h at their numbers.
 */
_Noreturn void run_setup(void);

#endif
