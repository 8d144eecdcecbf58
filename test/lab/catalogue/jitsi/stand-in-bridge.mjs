// A stand-in for the videobridge where Jitsi's packages cannot be had: it reads the shipped jvb.conf and answers as one does.
import { MediaPort } from "./stand-in-media.mjs";
import { readHocon } from "./stand-in-hocon.mjs";
import { BridgeRest } from "./stand-in-bridge-rest.mjs";
import { Conferences } from "./stand-in-conferences.mjs";
import { XmppClient } from "./stand-in-xmpp.mjs";

const config = readHocon(process.argv[2] ?? "/etc/jitsi/videobridge/jvb.conf");
const { videobridge } = config;
const mapping = config.ice4j.harvest.mapping["static-mappings"][0];
const shard = videobridge.apis["xmpp-client"].configs.shard;

/** What a test can tell it to do wrong (POST /lab/behaviour). */
const behaviour = { health: 200, healthReason: "", media: "normal", candidates: "all" };

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

const brewery = new XmppClient({
  hostname: shard.HOSTNAME,
  port: Number(shard.PORT),
  domain: shard.DOMAIN,
  username: shard.USERNAME,
  password: shard.PASSWORD,
  room: `${shard.MUC_JIDS}/${shard.MUC_NICKNAME}`,
});

const rest = new BridgeRest({
  host: videobridge["http-servers"].private.host,
  port: Number(videobridge["http-servers"].private.port),
  colibriEnabled: videobridge.apis.rest.enabled === true,
  drainEnabled: videobridge.rest.drain.enabled !== false,
  conferences,
  brewery,
  behaviour,
});

await media.start();
await rest.start();
brewery.start();
