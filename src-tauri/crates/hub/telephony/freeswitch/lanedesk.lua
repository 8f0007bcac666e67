-- Tells a lanedesk hub of a call. Lies in FreeSWITCH's scripts folder; lanedesk.xml calls it. Inbound SIP headers X-Robot and
-- X-Lane are sip_h_X-Robot and sip_h_X-Lane here.
--   lua lanedesk.lua ringing [seat]   when a robot's call comes in
--   lua lanedesk.lua answered [seat]  when a seat has picked up
--   lua lanedesk.lua ended            when it is over (hangup hook: `env` instead of a session)

-- What a caller sends must not become a command.
local function plain(text)
    return (tostring(text or ""):gsub("[^%w_.+-]", ""))
end

local function get(name)
    if env then
        -- Which of the two names a channel's variable has in a hook differs between versions.
        return env:getHeader("variable_" .. name) or env:getHeader(name)
    end
    return session:getVariable(name)
end

local what, seat = plain(argv[1]), plain(argv[2])
-- Both legs of one call tell of the same call.
local call = plain(get("lanedesk_call") or get("uuid"))
if not env and what == "ringing" then
    session:execute("export", "lanedesk_call=" .. call)
end
local told = { os.getenv("LANEDESK_CALL") or "/usr/local/bin/lanedesk-call", what, call }
local facts = {
    robot = get("sip_h_X-Robot"),
    lane = get("sip_h_X-Lane"),
    caller = what == "ringing" and get("caller_id_number") or nil,
    seat = seat,
}
for name, value in pairs(facts) do
    if plain(value) ~= "" then
        table.insert(told, name .. "=" .. plain(value))
    end
end
os.execute(table.concat(told, " ") .. " &")
