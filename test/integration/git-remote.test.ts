/** Following a remote: real git over https with a token, over a stand-in ssh with a key, forwards only. */
import { expect } from "chai";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import type { RemoteSettings } from "../../src/config/host-settings.ts";
import { fetchRemote, type FetchRemoteOptions } from "../../src/source/remote/fetch-remote.ts";
import { followRemote } from "../../src/source/remote/follow-remote.ts";
import { openRepository } from "../../src/source/repository.ts";
import type { ErrorReport } from "../../src/system/errors.ts";
import { failureOf } from "../lab/failure.ts";
import { startGitHttpsServer } from "../lab/git-https-server.ts";
import { createTestRepository, type TestRepository } from "../lab/git-repository.ts";
import { silentLogger } from "../lab/silent-logger.ts";

const TOKEN = "s3cret token'$(id)\"";

interface Place extends AsyncDisposable {
  /** Where the changes are made. */
  readonly upstream: TestRepository;
  /** The host's own repository. */
  readonly gitDirectory: string;
  readonly options: (remote: Partial<RemoteSettings>) => FetchRemoteOptions;
}

async function createPlace(): Promise<Place> {
  const upstream = await createTestRepository();
  const gitDirectory = join(upstream.folder, "host.git");
  await upstream.git("init", "-q", "--bare", "-b", "main", gitDirectory);
  const credentials = join(upstream.folder, "credentials");
  await mkdir(credentials);
  await writeFile(join(credentials, "git-token"), `${TOKEN}\n`);
  await writeFile(join(credentials, "git-key"), "a key");
  await writeFile(join(credentials, "wrong-token"), "wrong");
  return {
    upstream,
    gitDirectory,
    options: (remote) => ({
      remote: { url: "https://localhost:1/x", branch: "main", schedule: "* * * * * *", ...remote },
      gitDirectory,
      branch: "main",
      credentialsDirectory: credentials,
      signal: new AbortController().signal,
    }),
    [Symbol.asyncDispose]: upstream[Symbol.asyncDispose],
  };
}

describe("following a remote", function () {
  this.timeout(60_000);

  it("fetches over https with the token from its credential, and moves the branch", async () => {
    await using place = await createPlace();
    await using server = await startGitHttpsServer(place.upstream.folder, TOKEN);
    const caFile = join(place.upstream.folder, "root.pem");
    await writeFile(caFile, server.root);
    const url = `https://localhost:${server.port}/site.git`;
    const options = place.options({ url, caFile, tokenCredential: "git-token" });
    const one = await place.upstream.commit({ "site.yaml": "1" });
    await place.upstream.git("push", "-q", "origin", "main");
    expect(await fetchRemote(options)).to.deep.equal({ moved: true, commit: one });
    expect(await fetchRemote(options)).to.deep.equal({ moved: false, commit: one });
    expect(server.logins[0]).to.equal(`x-access-token:${TOKEN}`);
    expect(await openRepository(options).readTree(one)).to.have.length(1);
    const refused = await failureOf(
      fetchRemote(place.options({ url, caFile, tokenCredential: "wrong-token" })),
    );
    expect(refused.code).to.equal("RemoteUnreachable");
    expect(refused.message).to.include("Authentication failed");
    const untrusted = await failureOf(fetchRemote(place.options({ url, tokenCredential: "git-token" })));
    expect(untrusted.message).to.match(/certificate/i);
  });

  it("moves forwards only, and says what was rewritten", async () => {
    await using place = await createPlace();
    await using server = await startGitHttpsServer(place.upstream.folder, TOKEN);
    const caFile = join(place.upstream.folder, "root.pem");
    await writeFile(caFile, server.root);
    const url = `https://localhost:${server.port}/site.git`;
    const options = place.options({ url, caFile, tokenCredential: "git-token" });
    await place.upstream.commit({ "site.yaml": "1" });
    const two = await place.upstream.commit({ "site.yaml": "2" });
    await place.upstream.git("push", "-q", "origin", "main");
    await fetchRemote(options);
    await place.upstream.git("reset", "-q", "--hard", "HEAD~1");
    await place.upstream.commit({ "site.yaml": "rewritten" });
    await place.upstream.git("push", "-q", "--force", "origin", "main");
    const error = await failureOf(fetchRemote(options));
    expect(error.code).to.equal("RemoteDiverged");
    expect(error.message).to.include(two.slice(0, 7));
    expect(await openRepository(options).requireBranch()).to.equal(two);
  });

  it("uses ssh with the key and nobody's configuration, and asks no questions", async () => {
    await using place = await createPlace();
    const bin = join(place.upstream.folder, "bin");
    const seen = join(place.upstream.folder, "seen");
    await mkdir(bin);
    const script = `#!/bin/sh\nfor word; do echo "$word"; done > ${seen}\nfor last; do :; done\nexec sh -c "$last"\n`;
    await writeFile(join(bin, "ssh"), script);
    await chmod(join(bin, "ssh"), 0o755);
    const one = await place.upstream.commit({ "site.yaml": "1" });
    await place.upstream.git("push", "-q", "origin", "main");
    const url = `git@git.example.org:${place.upstream.bare}`;
    const options = { ...place.options({ url, sshKeyCredential: "git-key" }), path: `${bin}:/usr/bin:/bin` };
    expect(await fetchRemote(options)).to.deep.equal({ moved: true, commit: one });
    const words = (await readFile(seen, "utf8")).split("\n");
    expect(words.slice(0, 3)).to.deep.equal(["-F", "/dev/null", "-i"]);
    expect(words[3]).to.match(/\/credentials\/git-key$/);
    expect(words).to.include.members([
      "BatchMode=yes",
      "StrictHostKeyChecking=yes",
      "IdentitiesOnly=yes",
      "git@git.example.org",
    ]);
  });

  it("gives up on a server that says nothing", async () => {
    await using place = await createPlace();
    const sockets = new Set<{ destroy(): void }>();
    const silent = createServer((socket) => sockets.add(socket));
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const address = silent.address();
    const port = address !== null && typeof address === "object" ? address.port : 0;
    const started = Date.now();
    const error = await failureOf(
      fetchRemote({ ...place.options({ url: `https://localhost:${port}/site.git` }), timeoutMs: 500 }),
    );
    expect(error.message).to.include("no end of it within the deadline");
    expect(Date.now() - started).to.be.below(10_000);
    for (const socket of sockets) socket.destroy();
    silent.close();
  });

  it("needs its credential, and says where to give it", async () => {
    await using place = await createPlace();
    const options = { ...place.options({ tokenCredential: "git-token" }), credentialsDirectory: undefined };
    const error = await failureOf(fetchRemote(options));
    expect(error.code).to.equal("CredentialMissing");
    expect(error.hint).to.include("LoadCredential=git-token");
  });

  it("looks at once and by schedule, reports failures, and recovers", async () => {
    await using place = await createPlace();
    await using server = await startGitHttpsServer(place.upstream.folder, TOKEN);
    const caFile = join(place.upstream.folder, "root.pem");
    await writeFile(caFile, server.root);
    const stop = new AbortController();
    const reports: (ErrorReport | undefined)[] = [];
    const url = `https://localhost:${server.port}/site.git`;
    followRemote({
      ...place.options({ url, caFile, tokenCredential: "git-token" }),
      signal: stop.signal,
      logger: silentLogger,
      report: (error) => reports.push(error),
    });
    expect(reports, "the start does not wait for the remote").to.deep.equal([]);
    for (let attempt = 0; attempt < 100 && reports.length === 0; attempt += 1) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(reports[0]?.code).to.equal("RemoteUnreachable");
    const one = await place.upstream.commit({ "site.yaml": "1" });
    await place.upstream.git("push", "-q", "origin", "main");
    const repository = openRepository({ gitDirectory: place.gitDirectory, branch: "main" });
    for (let attempt = 0; attempt < 100 && (await repository.resolveBranch()) !== one; attempt += 1) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(await repository.resolveBranch()).to.equal(one);
    stop.abort();
  });

  it("refuses a schedule that is none", async () => {
    await using place = await createPlace();
    const options = place.options({ schedule: "every day" });
    const error = await failureOf(
      (async () => followRemote({ ...options, logger: silentLogger, report: () => undefined }))(),
    );
    expect(error.code).to.equal("InvalidHostSettings");
  });
});
