/** LXD's status codes of instances and operations, as far as convene acts on them (LXD doc/rest-api.md, "Status codes"). */

export const LXD_STATUS = { stopped: 102, running: 103, frozen: 110, error: 112 } as const;
