/* SPDX-License-Identifier: BSD-2-Clause */
/* The bound of what the campaign directory takes of the disk. */
#ifndef KNOT_ENGINE_DISK_H
#define KNOT_ENGINE_DISK_H

struct knot_campaign;
struct knot_error;

/* Fills in what the directory takes and may take. KNOT_EUSAGE when the builds leave no room. */
int knot_disk_open(struct knot_campaign *c, struct knot_error *err);
/* Looks when it is time to and keeps the bound. KNOT_EFULL, all saved, when that cannot be done. */
int knot_disk_watch(struct knot_campaign *c, struct knot_error *err);

#endif
