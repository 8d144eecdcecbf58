/** The ids of actions, so that files that depend on each other's actions agree on the words. */

export const actionId = {
  buildImage: (alias: string) => `build image/${alias}`,
  createVolume: (name: string) => `create volume/${name}`,
  createContainer: (name: string) => `create container/${name}`,
  createNext: (name: string) => `prepare container/${name}`,
  updateContainer: (name: string) => `update container/${name}`,
  startContainer: (name: string) => `start container/${name}`,
  swapContainer: (name: string) => `swap container/${name}`,
  deleteContainer: (name: string) => `delete container/${name}`,
  applyFiles: (name: string) => `files ${name}`,
  applyAccounts: (name: string) => `accounts ${name}`,
  setUpAcl: () => "acl consul",
  writeKv: () => "write kv",
  registerService: (id: string) => `register service/${id}`,
  issueCertificate: (domain: string) => `issue certificate/${domain}`,
} as const;
