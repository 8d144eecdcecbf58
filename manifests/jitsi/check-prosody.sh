#!/bin/sh
# Says whether Prosody would run with a candidate configuration: Lua's own parser, Prosody's own loader, and every module named.
#
# `prosodyctl check config` also warns about names in DNS and about settings it has not heard of
# (Jitsi's modules read their own), so its verdict cannot be used; that it could load the file is.
# A module that is not installed is a line in Prosody's log and a meeting that does not work:
# here it fails the file.
#
# Usage: check-prosody FILE        Exit: 0 would run, 1 would not.
set -eu

candidate=$1
luac5.4 -p "$candidate"

exec lua5.4 - "$candidate" <<'LUA'
local candidate = arg[1]
package.path = "/usr/lib/prosody/?.lua;" .. package.path
package.cpath = "/usr/lib/prosody/?.so;" .. package.cpath
prosody = { paths = { config = "/etc/prosody", data = "/var/lib/prosody", source = "/usr/lib/prosody", plugins = "/usr/lib/prosody/modules" },
  platform = "posix", installed = true, events = require "util.events".new(), hosts = {} }
local config = require "core.configmanager"

local function fail(message)
  io.stderr:write(candidate, ": ", message, "\n")
  os.exit(1)
end

local ok, kind, message = config.load(candidate)
if not ok then fail(tostring(kind) .. ": " .. tostring(message)) end

local folders = { "/usr/lib/prosody/modules/" }
for _, folder in ipairs(config.get("*", "plugin_paths") or {}) do folders[#folders + 1] = folder:gsub("/?$", "/") end

local function installed(module)
  for _, folder in ipairs(folders) do
    for _, name in ipairs { "mod_" .. module .. ".lua", module .. "/mod_" .. module .. ".lua", "mod_" .. module .. "/mod_" .. module .. ".lua" } do
      local file = io.open(folder .. name)
      if file then file:close() return true end
    end
  end
  return false
end

local missing = {}
local function need(host, module)
  if module and not installed(module) then missing[#missing + 1] = ("%s (%s)"):format(module, host) end
end

local hosts = 0
for host in pairs(config.getconfig()) do
  hosts = hosts + 1
  for _, module in ipairs(config.get(host, "modules_enabled") or {}) do need(host, module) end
  local component = config.get(host, "component_module")
  if component and component ~= "component" then need(host, component) end
  local authentication = host ~= "*" and not component and config.get(host, "authentication")
  if authentication then need(host, "auth_" .. authentication) end
end
if hosts < 2 then fail("it names no host") end
if #missing > 0 then
  table.sort(missing)
  fail("these modules are not installed: " .. table.concat(missing, ", "))
end
LUA
