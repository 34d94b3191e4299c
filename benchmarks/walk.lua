-- Walks through prepared requests, one connection per thread, and keeps when each answer came, how long it took and its status.
-- Arguments: FILE of requests (method, path, header name, header value, body; tab between), OUT, THREADS, "once" or "round",
-- and how many µs lie between two requests of one client (0: the next as soon as the last is answered).
local ffi = require("ffi")
ffi.cdef [[
typedef struct { long s; long ns; } bench_moment;
int clock_gettime(int clock, bench_moment *at);
int getpid(void);
int kill(int pid, int number);
]]
local moment = ffi.new("bench_moment")
local MONOTONIC, INTERRUPT = 1, 2

local function now_us()
    ffi.C.clock_gettime(MONOTONIC, moment)
    return tonumber(moment.s) * 1000000 + math.floor(tonumber(moment.ns) / 1000)
end

-- In the main state: number the threads, and write down what they kept.
local threads = {}
function setup(thread)
    threads[#threads + 1] = thread
    thread:set("number", #threads)
end

function done()
    local out = io.open(threads[1]:get("out_file"), "w")
    for _, thread in ipairs(threads) do
        local at, took, status = thread:get("at"), thread:get("took"), thread:get("status")
        local ran_out = thread:get("ran_out") and 1 or 0
        for i = 1, #at do
            out:write(string.format("%d %d %d %d\n", at[i], took[i], status[i], ran_out))
        end
    end
    out:close()
end

-- In each thread.
local requests, step, begun, is_verified = {}, 1, 0, false
local REFUSED, UNTOLD = 503, 999 -- a refusal that does not say when to come again
at, took, status, ran_out = {}, {}, {}, false

function init(args)
    local of, place = tonumber(args[3]), 0
    out_file = args[2]
    goes_round = args[4] == "round"
    local every_us = tonumber(args[5])
    if every_us > 0 then
        local due = now_us() + math.floor(every_us * (number - 1) / of) -- clients begin one after the other
        -- Milliseconds until the next request is due; who was answered late sends at once until the clock is caught up with.
        function delay()
            local wait = math.max(0, due - now_us())
            due = due + every_us
            return math.floor(wait / 1000)
        end
    end
    for line in io.lines(args[1]) do
        place = place + 1
        if (place - 1) % of == number - 1 then
            local method, path, name, value, body = line:match("^([^\t]*)\t([^\t]*)\t([^\t]*)\t([^\t]*)\t(.*)$")
            local headers = { ["Host"] = wrk.headers["Host"] }
            if name ~= "" then headers[name] = value end
            if body == "" then body = nil else headers["Content-Type"] = "application/json" end
            requests[#requests + 1] = wrk.format(method, path, headers, body)
        end
    end
end

function request()
    -- wrk asks the first thread once before anything begins, only to look at the answer.
    if number == 1 and not is_verified then
        is_verified = true
        return requests[1]
    end
    begun = now_us()
    return requests[step]
end

function response(code, headers)
    local came = now_us()
    if code == REFUSED and not (headers["retry-after"] or headers["Retry-After"]) then code = UNTOLD end
    at[#at + 1], took[#took + 1], status[#status + 1] = came, came - begun, code
    step = step + 1
    if step > #requests then
        if goes_round then
            step = 1
        else
            ran_out = true
            wrk.thread:stop()
            ffi.C.kill(ffi.C.getpid(), INTERRUPT) -- the other threads end, too: from now on fewer would be at work
        end
    end
end
