// A stand-in for the videobridge where Jitsi's packages cannot be had: it reads the shipped jvb.conf and does what one does.
import { wellBehaved } from "./stand-in-bridge-behaviour.mjs";
import { Brewery } from "./stand-in-bridge-brewery.mjs";
import { BridgeRest } from "./stand-in-bridge-rest.mjs";
import { newCounters, presenceStatistics, statistics } from "./stand-in-bridge-statistics.mjs";
import { TransportDescription } from "./stand-in-bridge-transport.mjs";
import { BridgeWebSocket } from "./stand-in-bridge-websocket.mjs";
import { Conferences } from "./stand-in-conferences.mjs";
import { readHocon } from "./stand-in-hocon.mjs";
import { newCertificate } from "./stand-in-media-certificate.mjs";
import { MediaPort } from "./stand-in-media-port.mjs";

const config = readHocon(process.argv[2] ?? "/etc/jitsi/videobridge/jvb.conf");
const { videobridge } = config;
const mapping = config.ice4j.harvest.mapping["static-mappings"][0];
const startedAt = Date.now();
const behaviour = wellBehaved();
const counters = newCounters();

const mediaPort = new MediaPort({
  address: mapping["local-address"],
  port: Number(videobridge.ice.udp.port),
  behaviour,
});

const webSockets = webSocketsOf(videobridge.websockets, videobridge["http-servers"].public);

const transport = new TransportDescription({
  addresses: {
    local: mapping["local-address"],
    public: mapping["public-address"],
    port: Number(mapping["local-port"]),
    publicPort: Number(mapping["public-port"]),
  },
  advertisePrivate: videobridge.ice["advertise-private-candidates"] === true,
  webSockets,
  behaviour,
});

const conferences = new Conferences({ mediaPort, certificate: newCertificate(), transport, behaviour, counters });

const brewery = new Brewery({
  shard: videobridge.apis["xmpp-client"].configs.shard,
  behaviour,
  statistics: () => presenceStatistics(measured()),
  modify: (request) => conferences.modify(request),
});

const rest = new BridgeRest({
  host: videobridge["http-servers"].private.host,
  port: Number(videobridge["http-servers"].private.port),
  enabled: {
    colibri: videobridge.apis.rest?.enabled === true,
    drain: videobridge.rest?.drain?.enabled !== false,
    shutdown: videobridge.rest?.shutdown?.enabled === true,
    debug: videobridge.rest?.debug?.enabled !== false,
  },
  conferences,
  behaviour,
  statistics: measured,
  onBehaviour: () => brewery.announce(),
});

function measured() {
  return statistics({ conferences, counters, behaviour, isRegistered: brewery.joined, startedAt });
}

function webSocketsOf(settings, server) {
  if (settings?.enabled !== true) return undefined;
  return new BridgeWebSocket({
    host: server.host,
    port: Number(server.port),
    domain: settings.domain,
    tls: settings.tls === true,
    serverId: settings["server-id"] ?? "default-id",
    passwordOf: (conferenceId, endpointId) =>
      conferences.all().find(({ id }) => id === conferenceId)?.endpoints.get(endpointId)?.media.password,
    behaviour,
  });
}

await mediaPort.start();
await webSockets?.start();
await rest.start();
brewery.start();
