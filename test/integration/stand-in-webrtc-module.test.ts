/** The WebRTC module of the lab's bridge image: packed the same each time, small enough in parts, and whole again from them. */
import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { provideWebRtcModule } from "../lab/lab-catalogue.ts";
import { runProgram } from "../lab/programs.ts";
import { LAB_CATALOGUE } from "../lab/shipped-configuration.ts";

describe("the WebRTC module of the bridge's image", function () {
  this.timeout(20_000);
  let work: string;

  before(async () => {
    work = await mkdtemp(join(tmpdir(), "convene-webrtc-"));
  });

  after(() => rm(work, { recursive: true }));

  async function parts(cache: string): Promise<ReadonlyMap<string, string>> {
    const folder = join(await provideWebRtcModule(join(work, cache)), "jitsi");
    const names = (await readdir(folder)).toSorted();
    const contents = names.map(async (name) => [name, await readFile(join(folder, name), "latin1")] as const);
    return new Map(await Promise.all(contents));
  }

  it("has the same bytes each time, in the files that the image names, none above what a catalogue takes", async () => {
    const [one, other] = [await parts("one"), await parts("other")];
    expect([...one]).to.deep.equal([...other]);
    expect(await readdir(join(work, "one"))).to.have.length(1);
    const image = await readFile(join(LAB_CATALOGUE, "jitsi/image.yaml"), "utf8");
    const named = [...image.matchAll(/source: (stand-in-webrtc-.*\.txt)/gu)].map((match) => match[1]);
    expect(named).to.deep.equal([...one.keys()]);
    for (const [name, text] of one) expect(text.length, name).to.be.within(1, 2 ** 20);
  });

  it("can be loaded where the image's set-up has unpacked it", async () => {
    const modules = join(work, "unpacked/node_modules");
    await mkdir(modules, { recursive: true });
    const input = [...(await parts("one")).values()].join("");
    const unpacked = await runProgram(["sh", "-c", 'base64 -d | tar -xz -C "$1"', "sh", modules], { input });
    expect(unpacked, unpacked.stderr).to.include({ code: 0 });
    const program = 'import { getLibraryVersion } from "node-datachannel"; console.log(getLibraryVersion());';
    const script = ["cd", join(work, "unpacked"), "&& exec", process.execPath, "--input-type=module -"].join(
      " ",
    );
    const loaded = await runProgram(["sh", "-c", script], { input: program });
    expect(loaded.stdout, loaded.stderr).to.match(/^\d+\.\d+\.\d+\n$/u);
  });
});
