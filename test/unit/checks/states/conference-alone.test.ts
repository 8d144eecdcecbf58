/** What explains that a conference fails: never what cannot be its cause, however long that has been failing. */
import { expect } from "chai";
import { createConferenceBoard, type Faults } from "../../../lab/conference-board.ts";

const FIRST = "203.0.113.10:10000/srflx 10.10.1.21:10000/host";
const SECOND = "203.0.113.10:10001/srflx 10.10.1.22:10001/host";

describe("what explains that a conference fails", () => {
  let told: (faults: Faults) => Promise<readonly string[]>;

  beforeEach(() => {
    ({ told } = createConferenceBoard());
  });

  it("is no bridge while another works", async () => {
    const closed = ["media_port_closed", SECOND] as const;
    for (const reason of ["audio_lost", "no_bridge", "ice_failed"])
      expect(await told({ "bridge-2": closed, conference: [reason, FIRST] })).to.have.members([
        "bridge-2 media_port_closed",
        `conference ${reason}`,
      ]);
  });

  it("is nothing that runs for one bridge while another works", async () => {
    const stopped = { "unit/bridge-2/jitsi-videobridge2": "unit_stopped", "bridge-2": "port_closed" };
    expect(await told({ ...stopped, conference: "audio_lost" })).to.have.members([
      "unit/bridge-2/jitsi-videobridge2 unit_stopped",
      "conference audio_lost",
    ]);
  });

  it("is the bridge that was met, or all of them", async () => {
    const closed = ["media_port_closed", SECOND] as const;
    const met = await told({ "bridge-2": closed, conference: closed });
    expect(met).to.deep.equal(["bridge-2 media_port_closed"]);
    expect(
      await told({ "bridge-1": "unhealthy", "bridge-2": "allocation_refused", conference: "no_bridge" }),
    ).to.have.members(["bridge-1 unhealthy", "bridge-2 allocation_refused"]);
  });

  it("is the bridge that was met, also when nothing could be asked of it", async () => {
    const meant = "10.10.1.22:10001/meant 203.0.113.10:10001/meant";
    for (const reason of ["port_closed", "timeout", "unhealthy"])
      expect(
        await told({ "bridge-2": [reason, meant], conference: ["media_no_answer", SECOND] }),
      ).to.deep.equal([`bridge-2 ${reason}`]);
    expect(
      await told({ "bridge-2": ["port_closed", meant], conference: ["media_no_answer", FIRST] }),
    ).to.have.members(["bridge-2 port_closed", "conference media_no_answer"]);
  });

  it("is no bridge that fails only for those who come through a relay", async () => {
    const first = ["media_no_answer", "audio_lost", "ice_failed", "dtls_failed", "meeting_ended", "timeout"];
    for (const relayed of ["relay_hairpin_failed", "relay_peer_denied", "relay_path_failed"]) {
      const both = { "bridge-1": relayed, "bridge-2": relayed };
      for (const reason of first)
        expect(await told({ ...both, conference: reason })).to.have.members([
          `bridge-1 ${relayed}`,
          `bridge-2 ${relayed}`,
          `conference ${reason}`,
        ]);
      expect(await told({ ...both, conference: relayed })).to.have.members([
        `bridge-1 ${relayed}`,
        `bridge-2 ${relayed}`,
      ]);
    }
    const denied = { "bridge-1": "relay_peer_denied", "bridge-2": "relay_peer_denied" };
    expect(await told({ "turn-udp": "bridge_denied", ...denied, conference: "audio_lost" })).to.have.members([
      "turn-udp bridge_denied",
      "conference audio_lost",
    ]);
  });

  it("is no address of a bridge that is silent, once another has answered", async () => {
    const silent = { "bridge-1": "media_no_answer", "bridge-2": "media_no_answer" };
    const also = ["bridge-1 media_no_answer", "bridge-2 media_no_answer"];
    expect(await told({ ...silent, conference: "media_no_answer" })).to.have.members(also);
    const later = ["ice_failed", "audio_lost", "not_invited", "no_bridge", "timeout", "relay_path_failed"];
    for (const reason of later)
      expect(await told({ ...silent, conference: reason })).to.have.members([
        ...also,
        `conference ${reason}`,
      ]);
  });

  it("is no connection that fails where the two have one", async () => {
    for (const reason of ["ice_failed", "dtls_failed", "connection_dropped"])
      expect(await told({ "bridge-1": reason, "bridge-2": reason, conference: "audio_lost" })).to.include(
        "conference audio_lost",
      );
  });

  it("is the one bridge that is left while the other is taken out of service, or cannot be asked", async () => {
    const silent = { "bridge-2": "media_no_answer", conference: "media_no_answer" };
    expect(await told({ ...silent, "bridge-1": "draining" })).to.deep.equal(["bridge-2 media_no_answer"]);
    const gone = { ...silent, "container/bridge-1": "container_stopped" };
    expect(await told(gone)).to.have.members([
      "container/bridge-1 container_stopped",
      "bridge-2 media_no_answer",
    ]);
  });

  it("is a relay for what fails on the way through one, and for nothing else", async () => {
    expect(await told({ "turn-udp": "wrong_secret", conference: "credential_refused" })).to.deep.equal([
      "turn-udp wrong_secret",
    ]);
    expect(await told({ "turn-certificate": "cert_expired", conference: "relay_unreachable" })).to.deep.equal(
      ["turn-certificate cert_expired"],
    );
    for (const reason of ["media_no_answer", "audio_lost", "focus_silent", "timeout"])
      expect(await told({ "turn-udp": "wrong_secret", conference: reason })).to.have.members([
        "turn-udp wrong_secret",
        `conference ${reason}`,
      ]);
  });

  it("is no relay that works and lets through too much", async () => {
    expect(
      await told({ "turn-udp": "private_peer_allowed", conference: "relay_unreachable" }),
    ).to.have.members(["turn-udp private_peer_allowed", "conference relay_unreachable"]);
  });

  it("is a relay that asks for no credential, where the way through it ends there", async () => {
    const open = { "turn-udp": "no_authentication", "turn-tls": "no_authentication" };
    expect(await told({ ...open, conference: "no_authentication" })).to.deep.equal([
      "turn-udp no_authentication",
    ]);
    expect(await told({ ...open, conference: "relay_path_failed" })).to.have.members([
      "turn-udp no_authentication",
      "conference relay_path_failed",
    ]);
  });

  it("is no relay's certificate for what fails behind the relay", async () => {
    const hairpin = { "bridge-1": "relay_hairpin_failed", "bridge-2": "relay_hairpin_failed" };
    expect(
      await told({ "turn-certificate": "cert_expired", ...hairpin, conference: "relay_hairpin_failed" }),
    ).to.have.members([
      "turn-certificate cert_expired",
      "bridge-1 relay_hairpin_failed",
      "bridge-2 relay_hairpin_failed",
    ]);
  });

  it("is a certificate between Prosody and its own only where TLS fails, and never for its dates", async () => {
    const accounts = { "account-focus": "tls_expired", "account-jvb": "tls_expired" };
    const expired = { "xmpp-certificate": "cert_expired", ...accounts };
    expect(
      await told({ ...expired, signaling: "focus_missing", conference: "focus_missing" }),
    ).to.have.members(["xmpp-certificate cert_expired", "signaling focus_missing"]);
    const gone = { "bridge-1": "not_registered", "bridge-2": "not_registered", conference: "no_bridge" };
    expect(await told({ ...expired, ...gone })).to.have.members([
      "xmpp-certificate cert_expired",
      "bridge-1 not_registered",
      "bridge-2 not_registered",
    ]);
    expect(await told({ ...expired, conference: "guest_not_admitted" })).to.have.members([
      "xmpp-certificate cert_expired",
      "conference guest_not_admitted",
    ]);
    for (const [port, account] of [
      ["starttls_not_offered", "no_starttls"],
      ["starttls_no_answer", "session_silent"],
      ["port_closed", "port_closed"],
      ["tls_refused", "tls_refused"],
    ] as const)
      expect(
        await told({
          "xmpp-certificate": port,
          "account-focus": account,
          "account-jvb": account,
          signaling: "focus_missing",
          ...gone,
        }),
      ).to.deep.equal([`xmpp-certificate ${port}`]);
  });

  it("is no missing lobby for who is not there", async () => {
    for (const side of ["side_component_missing", "side_component_silent"]) {
      for (const reason of ["focus_missing", "guest_not_admitted", "room_refused"])
        expect(await told({ signaling: side, conference: reason })).to.have.members([
          `signaling ${side}`,
          `conference ${reason}`,
        ]);
      const gone = { "bridge-1": "not_registered", "bridge-2": "not_registered", conference: "no_bridge" };
      expect(await told({ signaling: side, ...gone })).to.have.members([
        `signaling ${side}`,
        "bridge-1 not_registered",
        "bridge-2 not_registered",
      ]);
    }
  });

  it("is signaling for a participant who does not get in, and no wrong word on relays", async () => {
    expect(await told({ websocket: "websocket_is_page", conference: "websocket_is_page" })).to.deep.equal([
      "websocket websocket_is_page",
    ]);
    expect(await told({ signaling: "component_missing", conference: "room_refused" })).to.deep.equal([
      "signaling component_missing",
    ]);
    expect(await told({ signaling: "turn_secret_differs", conference: "credential_refused" })).to.deep.equal([
      "signaling turn_secret_differs",
    ]);
    for (const signaling of ["turn_secret_differs", "guests_open_rooms"])
      expect(await told({ signaling, conference: "focus_silent" })).to.have.members([
        `signaling ${signaling}`,
        "conference focus_silent",
      ]);
  });

  it("is told of its bridge, which a wrong word on relays explains no more", async () => {
    const unregistered = {
      "bridge-1": "not_registered",
      "bridge-2": "not_registered",
      conference: "no_bridge",
    };
    expect(await told({ ...unregistered, signaling: "turn_secret_differs" })).to.have.members([
      "signaling turn_secret_differs",
      "bridge-1 not_registered",
      "bridge-2 not_registered",
    ]);
    expect(await told({ ...unregistered, signaling: "login_refused" })).to.deep.equal([
      "signaling login_refused",
    ]);
  });

  it("is nothing at all where only a meeting shows it", async () => {
    const others = { signaling: "login_refused", "turn-udp": "wrong_secret", "bridge-1": "unhealthy" };
    for (const reason of ["source_not_announced", "focus_not_owner", "accept_refused"])
      expect(await told({ ...others, conference: reason })).to.include(`conference ${reason}`);
  });
});
