/** What a hook is told by git. */
import { expect } from "chai";
import {
  parsePushOptions,
  parseQuarantine,
  parseRefUpdates,
} from "../../../src/source/hooks/push-request.ts";

const NONE = "0".repeat(40);
const A = "a".repeat(40);
const B = "b".repeat(40);

describe("a push", () => {
  it("is read from the hook's standard input, zeros meaning none", () => {
    const stdin = `${NONE} ${A} refs/heads/main\n${A} ${B} refs/heads/main\n${B} ${NONE} refs/tags/v 1\n`;
    expect(parseRefUpdates(stdin)).to.deep.equal([
      { before: undefined, after: A, ref: "refs/heads/main" },
      { before: A, after: B, ref: "refs/heads/main" },
      { before: B, after: undefined, ref: "refs/tags/v 1" },
    ]);
  });

  it("leaves out lines that are not updates", () => {
    expect(parseRefUpdates(`\nmain\n${A} main\n${A} ${B}\n`)).to.deep.equal([]);
  });

  it("has its options counted by git, unknown ones kept apart", () => {
    const environment = {
      GIT_PUSH_OPTION_COUNT: "3",
      GIT_PUSH_OPTION_0: "now",
      GIT_PUSH_OPTION_1: "plan-only",
      GIT_PUSH_OPTION_2: "faster",
      GIT_PUSH_OPTION_3: "no-wait",
    };
    expect(parsePushOptions(environment)).to.deep.equal({
      now: true,
      planOnly: true,
      noWait: false,
      unknown: ["faster"],
    });
    expect(parsePushOptions({ GIT_PUSH_OPTION_COUNT: "many" }).unknown).to.deep.equal([]);
  });

  it("has its quarantine beside the repository, as absolute paths", () => {
    const environment = {
      GIT_OBJECT_DIRECTORY: "./objects/incoming-1",
      GIT_ALTERNATE_OBJECT_DIRECTORIES: "/srv/site.git/objects:./more",
    };
    expect(parseQuarantine(environment, "/srv/site.git")).to.deep.equal({
      objectDirectory: "/srv/site.git/objects/incoming-1",
      alternates: "/srv/site.git/objects:/srv/site.git/more",
    });
    expect(parseQuarantine({}, "/srv/site.git")).to.equal(undefined);
  });
});
