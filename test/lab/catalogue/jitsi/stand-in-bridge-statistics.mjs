// What the stand-in bridge counts: as /colibri/stats says it, as /metrics does, and as its presence in the brewery does.

/** Those of them that the real one puts into its presence (videobridge.apis.xmpp-client.stats-filter.whitelist). */
const IN_PRESENCE = ["current_timestamp", "drain", "graceful_shutdown", "healthy", "shutting_down", "stress_level", "version"];

/** What only grows. */
export function newCounters() {
  return { iceSucceeded: 0, iceFailed: 0, dtlsFailed: 0, packetsReceived: 0, packetsSent: 0 };
}

/** By the names of /colibri/stats. */
export function statistics({ conferences, counters, behaviour, isRegistered, startedAt }) {
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
    drain: behaviour.drain,
    graceful_shutdown: behaviour.gracefulShutdown,
    shutting_down: false,
    muc_clients_configured: 1,
    muc_clients_connected: registered,
    mucs_configured: 1,
    mucs_joined: registered,
    total_conferences_created: created,
    total_ice_succeeded: counters.iceSucceeded,
    total_ice_failed: counters.iceFailed,
    dtls_failed_endpoints: counters.dtlsFailed,
    total_packets_received: counters.packetsReceived,
    total_packets_sent: counters.packetsSent,
    version: behaviour.version,
    uptime_seconds: Math.round((Date.now() - startedAt) / 1000),
  };
}

export function presenceStatistics(all) {
  return Object.fromEntries(IN_PRESENCE.map((name) => [name, all[name]]));
}

/** By the names of /metrics, `jitsi_jvb_` left out; counters apart, which Prometheus's format ends with `_total`. */
export function metrics(all) {
  return {
    gauges: {
      conferences: all.conferences,
      local_endpoints: all.local_endpoints,
      endpoints: all.endpoints,
      stress: all.stress_level,
      drain_mode: Number(all.drain),
      graceful_shutdown: Number(all.graceful_shutdown),
      shutting_down: Number(all.shutting_down),
      healthy: Number(all.healthy),
      muc_clients_configured: all.muc_clients_configured,
      muc_clients_connected: all.muc_clients_connected,
      mucs_configured: all.mucs_configured,
      mucs_joined: all.mucs_joined,
    },
    counters: {
      conferences_created: all.total_conferences_created,
      ice_succeeded: all.total_ice_succeeded,
      ice_failed: all.total_ice_failed,
      endpoints_dtls_failed: all.dtls_failed_endpoints,
      packets_received: all.total_packets_received,
      packets_sent: all.total_packets_sent,
    },
  };
}
