/** Who answers an ICE check and is not the bridge that handed out the credentials. */
import { expect } from "chai";
import { createCheckContext } from "../../../../src/checks/check-context.ts";
import { CheckFailure, CheckRun } from "../../../../src/checks/check-run.ts";
import { checkMediaPort } from "../../../../src/checks/media/media-port.ts";
import { systemClock } from "../../../../src/system/clock.ts";
import { type Behaviour, refuse, reply, startStandInUdp } from "../../../lab/misbehaving-turn.ts";

const CREDENTIALS = { ufrag: "ufrag", pwd: "the allocated password" };

async function ask(behaviour: Behaviour): Promise<string> {
  const signal = new AbortController().signal;
  const run = new CheckRun(createCheckContext({ clock: systemClock, signal }), signal);
  const server = await startStandInUdp(behaviour);
  try {
    await checkMediaPort({ address: "127.0.0.1", port: server.port }, CREDENTIALS, run);
    return "ok";
  } catch (error) {
    if (!(error instanceof CheckFailure)) throw error;
    return `${error.reason}: ${error.message.replace(`127.0.0.1:${server.port} `, "")}`;
  } finally {
    server.stop();
  }
}

describe("a media port", () => {
  it("is well when it answers with the allocated password", async () => {
    expect(await ask((request) => reply(request, 2, [], Buffer.from(CREDENTIALS.pwd)))).to.equal("ok");
  });

  it("is somebody else's when it refuses the check, or answers without that password", async () => {
    const other = Buffer.from("another password");
    const refusal = "media_refused: answers the connectivity check with";
    expect(await ask((request) => refuse(request, 401))).to.match(new RegExp(`^${refusal} 401`, "u"));
    expect(await ask((request) => reply(request, 3, []))).to.equal(`${refusal} an error without a code`);
    const ignorant = "media_refused: answers without knowing the allocated password";
    expect(await ask((request) => reply(request, 2, [], other))).to.equal(ignorant);
    expect(await ask((request) => reply(request, 2, []))).to.equal(ignorant);
  });
});
