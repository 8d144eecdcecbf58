#!/usr/bin/env lua5.4
-- Creates, changes, removes and lists Prosody's accounts through its admin socket, as told on stdin.
--
-- prosodyctl would take a password as an argument, where every process sees it, or keep it in a
-- history file; only the running server ends the sessions of an account that changed. So this
-- speaks to mod_admin_shell itself, over the unix socket of mod_admin_socket.
--
-- stdin, one request a line, fields separated by a tab:
--   set     JID  PASSWORD     makes the account, or changes its password and ends its sessions
--   remove  JID               removes the account and ends its sessions; fine if there is none
--   list                      every account, of every host
--   list    HOST              every account of one host
-- stdout, one line a result, never a password:
--   ok  set     JID  created|changed
--   ok  remove  JID  removed|absent
--   account  JID              one a line, before its list's own line
--   ok  list  HOST|*  COUNT
--   error  VERB  JID|HOST|*  MESSAGE       in Prosody's own words
-- A request that fails does not stop the next.
-- Exit: 0 all done, 1 some failed, 2 the input is not understood, nothing was done,
--       3 Prosody does not answer (it is waited for: 15 s, or PROSODY_WAIT).

local socket = require "socket"
local unix = require "socket.unix"

local DATA = os.getenv("PROSODY_DATA") or "/var/lib/prosody"
local SOCKET = DATA .. "/prosody.sock"
local START_SECONDS, ANSWER_SECONDS = tonumber(os.getenv("PROSODY_WAIT") or 15), 30

local function fail(code, message)
  io.stderr:write("prosody-accounts: ", message, "\n")
  os.exit(code)
end

--- One connection to the admin socket; `run(expression)` evaluates it there.
local function connect()
  local deadline = socket.gettime() + START_SECONDS
  local connection, reason
  repeat
    connection = (type(unix) == "table" and unix.stream or unix)()
    local ok
    ok, reason = connection:connect(SOCKET)
    if ok then break end
    connection:close()
    connection = nil
    socket.sleep(0.2)
  until socket.gettime() > deadline
  if not connection then fail(3, "no answer from " .. SOCKET .. ": " .. tostring(reason)) end
  connection:settimeout(ANSWER_SECONDS)
  connection:send("<stream:stream xmlns:stream='http://etherx.jabber.org/streams' xmlns='xmpp:prosody.im/admin'>")
  return connection
end

local ENTITIES = { lt = "<", gt = ">", amp = "&", quot = '"', apos = "'" }

local function unescape(text)
  return (text:gsub("&(%a+);", ENTITIES))
end

--- Reads until the next closed element of one of the names; returns its attributes and text.
local function answer(connection, buffer)
  while true do
    local attributes, text, last = buffer.text:match("<repl%-result([^>]*)>(.-)</repl%-result>()")
    if not attributes then
      attributes, last = buffer.text:match("<repl%-result([^>]*)/>()")
      text = ""
    end
    if attributes then
      local before = buffer.text:sub(1, last - 1)
      buffer.text = buffer.text:sub(last)
      local output = {}
      for line in before:gmatch("<repl%-output[^>]*>(.-)</repl%-output>") do output[#output + 1] = unescape(line) end
      return not attributes:find("error", 1, true), unescape(text), output
    end
    local chunk, reason, partial = connection:receive(1)
    chunk = chunk or partial
    if not chunk or chunk == "" then fail(3, "Prosody stopped answering: " .. tostring(reason)) end
    buffer.text = buffer.text .. chunk
  end
end

--- A Lua string literal of digits only, so that no value can end it.
local function literal(value)
  return '"' .. value:gsub(".", function(byte) return ("\\%03d"):format(byte:byte()) end) .. '"'
end

local function parse(line, number)
  local fields = {}
  for field in (line .. "\t"):gmatch("([^\t]*)\t") do fields[#fields + 1] = field end
  local verb, subject, password = fields[1], fields[2], fields[3]
  local is_account = subject and subject:match("^[^%c%s\"&'/:<>@]+@[%w.-]+$")
  local is_host = subject and subject:match("^[%w.-]+$")
  if verb == "set" and #fields == 3 and is_account and password ~= "" then return fields end
  if verb == "remove" and #fields == 2 and is_account then return fields end
  if verb == "list" and (#fields == 1 or (#fields == 2 and is_host)) then return fields end
  fail(2, ("line %d is not understood: expected set JID PASSWORD, remove JID or list [HOST]"):format(number))
end

local function main()
  local requests = {}
  for line in io.lines() do
    if line ~= "" then requests[#requests + 1] = parse(line, #requests + 1) end
  end
  if #requests == 0 then return 0 end

  local connection, buffer, failures = connect(), { text = "" }, 0

  local function run(expression)
    connection:send("<repl-input>" .. expression .. "</repl-input>")
    return answer(connection, buffer)
  end

  local function report(ok, verb, subject, detail)
    if not ok then failures = failures + 1 end
    print(table.concat({ ok and "ok" or "error", verb, subject, (detail:gsub("[%c]+", " ")) }, "\t"))
  end

  local function close_sessions(jid)
    run("c2s:close(" .. literal(jid) .. ")")
  end

  local function set(jid, password)
    local arguments = literal(jid) .. "," .. literal(password)
    if run("user:password(" .. arguments .. ")") then
      close_sessions(jid)
      return report(true, "set", jid, "changed")
    end
    local ok, message = run("user:create(" .. arguments .. ")")
    report(ok, "set", jid, ok and "created" or message)
  end

  local function remove(jid)
    local ok, message = run("user:delete(" .. literal(jid) .. ")")
    if ok then
      close_sessions(jid)
      return report(true, "remove", jid, "removed")
    end
    if message:find("No such user", 1, true) then return report(true, "remove", jid, "absent") end
    report(false, "remove", jid, message)
  end

  local function accounts_of(host)
    local ok, message, lines = run("user:list(" .. literal(host) .. ")")
    if not ok then return report(false, "list", host, message) end
    local count = 0
    for _, line in ipairs(lines) do
      if line:match("^[^%s@]+@" .. host:gsub("[%-.]", "%%%0") .. "$") then
        count = count + 1
        print("account\t" .. line)
      end
    end
    return count
  end

  local function hosts()
    local ok, message, lines = run("host:list()")
    if not ok then return report(false, "list", "*", message) end
    local names = {}
    for _, line in ipairs(lines) do
      if not line:find("component)", 1, true) then names[#names + 1] = line:match("^%s*([%w.-]+)") end
    end
    return names
  end

  local handlers = { set = set, remove = remove }
  function handlers.list(host)
    local total, names = 0, host and { host } or hosts()
    if not names then return end
    for _, name in ipairs(names) do
      local count = accounts_of(name)
      if not count then return end
      total = total + count
    end
    report(true, "list", host or "*", tostring(total))
  end

  for _, request in ipairs(requests) do handlers[request[1]](request[2], request[3]) end
  connection:close()
  return failures == 0 and 0 or 1
end

os.exit(main())
