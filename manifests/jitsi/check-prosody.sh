#!/bin/sh
# Says whether Prosody would work with a candidate configuration: Lua's own parser, then every module the file names.
#
# `prosodyctl check config` also warns about names in DNS and about settings it has not heard of
# (Jitsi's modules read their own), so its verdict cannot be used. Prosody starts with modules
# that are not installed, with only a line in its log: here one that no meeting works without
# fails the file, and any other is said.
#
# Usage: check-prosody FILE        Exit: 0 would work, 1 would not.
set -eu

luac5.4 -p "$1"

exec lua5.4 - "$1" <<'LUA'
local candidate = arg[1]
local NEEDED = { bosh = true, websocket = true, saslauth = true, admin_socket = true, admin_shell = true, external_services = true,
  client_proxy = true, groups = true, muc = true }

local function fail(message)
  io.stderr:write(candidate, ": ", message, "\n")
  os.exit(1)
end

-- The file as Prosody reads it: assignments belong to the host named last (prosody.im/doc/configure).
local hosts, current = {}, {}
hosts["*"] = current
local function host(name)
  current = { name = name }
  hosts[name] = current
end
local environment = setmetatable({
  VirtualHost = function(name) host(name) end,
  Component = function(name)
    host(name)
    current.component = "component"
    return function(module) hosts[name].component = module end
  end,
}, {
  __index = function(_, key) return current[key] end,
  __newindex = function(_, key, value) current[key] = value end,
})
local chunk, problem = loadfile(candidate, "t", environment)
if not chunk then fail(problem) end
local ok, reason = pcall(chunk)
if not ok then fail(reason) end

local folders = { "/usr/lib/prosody/modules/" }
for _, folder in ipairs(hosts["*"].plugin_paths or {}) do folders[#folders + 1] = (folder:gsub("/?$", "/")) end

local function installed(module)
  for _, folder in ipairs(folders) do
    for _, path in ipairs { "mod_" .. module .. ".lua", module .. "/mod_" .. module .. ".lua", "mod_" .. module .. "/mod_" .. module .. ".lua" } do
      local file = io.open(folder .. path)
      if file then
        file:close()
        return true
      end
    end
  end
  return false
end

local missing, needed, count = {}, {}, 0
local function check(module)
  if installed(module) then return end
  local list = (NEEDED[module] or module:find("^auth_")) and needed or missing
  if not list[module] then
    list[module] = true
    list[#list + 1] = module
  end
end
for name, settings in pairs(hosts) do
  count = count + 1
  for _, module in ipairs(settings.modules_enabled or {}) do check(module) end
  if settings.component then check(settings.component) end
  if name ~= "*" and not settings.component then check("auth_" .. (settings.authentication or hosts["*"].authentication)) end
end
if count < 2 then fail("it names no host") end
table.sort(missing)
table.sort(needed)
if #missing > 0 then io.stderr:write(candidate, ": not installed, left out by Prosody: ", table.concat(missing, ", "), "\n") end
if #needed > 0 then fail("no meeting works without these modules, which are not installed: " .. table.concat(needed, ", ")) end
LUA
