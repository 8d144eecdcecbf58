// What the stand-in bridge counts, as /colibri/stats says it and as its presence in the brewery does.

export const VERSION = "lab stand-in";

/** Those of them that the real one puts into its presence (videobridge.apis.xmpp-client.stats-filter.whitelist). */
const IN_PRESENCE = ["current_timestamp", "drain", "graceful_shutdown", "healthy", "shutting_down", "stress_level", "version"];

/** By the names of the real one. */
export function statistics({ conferences, behaviour, lifecycle, isRegistered }) {
  const { largest, participants, created, conferences: count } = conferences.counts;
  const registered = isRegistered ? 1 : 0;
  return {
    current_timestamp: new Date().toISOString().replace("T", " ").replace("Z", ""),
    conferences: count,
    participants,
    endpoints: participants,
    local_endpoints: participants,
    local_active_endpoints: participants,
    largest_conference: largest,
    octo_conferences: 0,
    octo_endpoints: 0,
    inactive_conferences: 0,
    p2p_conferences: 0,
    stress_level: 0,
    healthy: behaviour.health === 200,
    drain: lifecycle.drain,
    graceful_shutdown: lifecycle.gracefulShutdown,
    shutting_down: false,
    muc_clients_configured: 1,
    muc_clients_connected: registered,
    mucs_configured: 1,
    mucs_joined: registered,
    total_conferences_created: created,
    total_ice_succeeded: 0,
    total_ice_failed: 0,
    version: VERSION,
    uptime_seconds: Math.round((Date.now() - lifecycle.startedAt) / 1000),
  };
}

export function presenceStatistics(all) {
  return Object.fromEntries(IN_PRESENCE.map((name) => [name, all[name]]));
}
