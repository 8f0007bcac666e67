-- What FreeSWITCH gives a script, for the test: lua5.4 freeswitch.lua SCRIPT session|env NAME=VALUE … -- ARGUMENT …
-- A session answers variables by their names, a hang-up hook has them as headers. Printed: what the script executes.
local script, kind = arg[1], arg[2]
local variables, at = {}, 3
while arg[at] ~= "--" do
    local name, value = arg[at]:match("^(.-)=(.*)$")
    variables[name] = value
    at = at + 1
end
argv = { table.unpack(arg, at + 1) }
if kind == "session" then
    session = {
        getVariable = function(_, name)
            return variables[name]
        end,
        execute = function(_, application, data)
            print(application .. " " .. data)
        end,
    }
else
    env = {
        getHeader = function(_, name)
            return variables[name]
        end,
    }
end
dofile(script)
