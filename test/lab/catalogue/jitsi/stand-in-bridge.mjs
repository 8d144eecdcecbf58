// A stand-in for the videobridge where Jitsi's packages cannot be had: it reads the shipped jvb.conf and answers as one does.
import { MediaPort } from "./stand-in-media.mjs";
import { readHocon } from "./stand-in-hocon.mjs";
import { Brewery } from "./stand-in-bridge-brewery.mjs";
import { BridgeRest } from "./stand-in-bridge-rest.mjs";
import { presenceStatistics, statistics } from "./stand-in-bridge-statistics.mjs";
import { Conferences } from "./stand-in-conferences.mjs";

const config = readHocon(process.argv[2] ?? "/etc/jitsi/videobridge/jvb.conf");
const { videobridge } = config;
const mapping = config.ice4j.harvest.mapping["static-mappings"][0];
const shard = videobridge.apis["xmpp-client"].configs.shard;

/** What a test can tell it to do wrong (POST /lab/behaviour). */
const behaviour = { health: 200, healthReason: "", media: "normal", candidates: "all" };

const lifecycle = { drain: false, gracefulShutdown: false, startedAt: Date.now() };

const conferences = new Conferences({
  addresses: {
    local: mapping["local-address"],
    public: mapping["public-address"],
    port: Number(mapping["local-port"]),
    publicPort: Number(mapping["public-port"]),
  },
  advertisePrivate: videobridge.ice["advertise-private-candidates"] === true,
  behaviour,
});

const media = new MediaPort({
  address: mapping["local-address"],
  port: Number(videobridge.ice.udp.port),
  passwordOf: (ufrag) => conferences.passwordOf(ufrag),
  behaviour,
});

const brewery = new Brewery({
  shard,
  statistics: () => presenceStatistics(measured()),
  health: () => ({ status: behaviour.health, reason: behaviour.healthReason }),
  modify: (request) => conferences.modify(request),
});

function measured() {
  return statistics({ conferences, behaviour, lifecycle, isRegistered: brewery.joined });
}

const rest = new BridgeRest({
  host: videobridge["http-servers"].private.host,
  port: Number(videobridge["http-servers"].private.port),
  colibriEnabled: videobridge.apis.rest.enabled === true,
  drainEnabled: videobridge.rest.drain.enabled !== false,
  conferences,
  brewery,
  behaviour,
  lifecycle,
  statistics: measured,
});

await media.start();
await rest.start();
brewery.start();
