/** A base image is built again exactly when something in it would differ. */
import { expect } from "chai";
import { debian12Recipe, imageMetadata, recipeKey } from "../../../src/host/base-image-recipe.ts";
import { poolSizeGib } from "../../../src/host/pool.ts";

function recipeFrom(uri: string) {
  const archive = { uri, suite: "bookworm", components: ["main"] };
  return debian12Recipe({ archive, sources: [archive] });
}

describe("the base image", () => {
  const recipe = recipeFrom("http://mirror.test/debian");

  it("has a key that changes with mirror and packages, and with nothing else", () => {
    expect(recipeKey(recipeFrom("http://mirror.test/debian"))).to.equal(recipeKey(recipe));
    expect(recipeKey(recipeFrom("http://other.test/debian"))).to.not.equal(recipeKey(recipe));
    expect(recipeKey({ ...recipe, packages: [...recipe.packages, "vim"] })).to.not.equal(recipeKey(recipe));
  });

  it("lets LXD write the container's name at each start, because a swap renames it", () => {
    const metadata: unknown = JSON.parse(imageMetadata(recipe, "x86_64", 1_700_000_000));
    expect(metadata).to.have.nested.property("templates./etc/hostname.when").that.deep.equals(["start"]);
    expect(metadata).to.have.nested.property("properties.convene\\.base", recipeKey(recipe));
  });

  it("is not cut off from signals: /bin/kill is there", () => {
    expect(recipe.packages).to.include("procps");
  });
});

describe("the storage pool's size", () => {
  const gib = 1024 ** 3;
  it("is half of what is free, between 8 and 100 GiB", () => {
    expect([4, 40, 900].map((free) => poolSizeGib(free * gib))).to.deep.equal([8, 20, 100]);
  });
});
