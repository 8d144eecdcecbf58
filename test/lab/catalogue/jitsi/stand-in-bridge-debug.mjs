// What the stand-in bridge shows under /debug, a small part of the real one's.

/** Of all: which conferences and endpoints there are, by the bridge's own names of them. */
export function debugAll(conferences, behaviour) {
  return {
    drain: behaviour.drain,
    time: Date.now(),
    conferences: Object.fromEntries(conferences.map((conference) => [conference.id, debugConference(conference)])),
  };
}

function debugConference({ meetingId, name, endpoints }) {
  return {
    meeting_id: meetingId,
    name: name ?? null,
    endpoints: Object.fromEntries([...endpoints.values()].map(({ id, statsId }) => [id, statsId ?? null])),
  };
}

/** Of one endpoint: how far its connection is. */
export function debugEndpoint({ id, media }) {
  return {
    [id]: {
      ice_transport: { iceConnected: media.ice === "connected", iceFailed: media.ice === "failed" },
      dtls_transport: { is_connected: media.dtls === "connected" },
    },
  };
}
