-- What a city of that many people leaves behind beside its books: tasks, places taken, attendances, scans, news, notices, shops,
-- vouchers, roles, tokens, what waits at a desk. In proportion to the residents that `pointsapp synth` has made, so that every
-- table grows that grows in life. Only for measuring: rows stand in as they would stand, but no entry belongs to them.
-- Foreign keys and triggers rest meanwhile (a superuser's right).
SET session_replication_role = replica;
SET synchronous_commit = off;
SET work_mem = '256MB';

CREATE FUNCTION pg_temp.pid(kind text, n bigint) RETURNS text LANGUAGE sql IMMUTABLE
    RETURN substr(translate(encode(sha256((kind || n)::bytea), 'base64'), '+/', 'ab'), 1, 12);

CREATE TEMP TABLE place AS
    SELECT row_number() OVER (ORDER BY a.id) - 1 AS nr, a.id, a.path
    FROM area a JOIN area root ON a.path LIKE root.path || '%'
    WHERE root.code = 'synth' AND EXISTS (SELECT FROM person p WHERE p.home_area_id = a.id);
CREATE TEMP TABLE who AS
    SELECT row_number() OVER (ORDER BY p.id) - 1 AS nr, p.id, place.nr AS place, p.home_area_id
    FROM person p JOIN place ON place.id = p.home_area_id;
CREATE UNIQUE INDEX ON who (nr);
CREATE TEMP TABLE size AS
    SELECT (SELECT count(*) FROM who) AS people, (SELECT count(*) FROM place) AS places,
        (SELECT count(*) FROM who) / 20 AS tasks, greatest(60, (SELECT count(*) FROM who) / 2500) AS merchants,
        (SELECT coalesce(max(id), 0) FROM task) AS task0, (SELECT coalesce(max(id), 0) FROM shift) AS shift0,
        (SELECT coalesce(max(id), 0) FROM signup) AS signup0, (SELECT coalesce(max(id), 0) FROM attendance) AS attendance0,
        (SELECT coalesce(max(id), 0) FROM event) AS event0, (SELECT coalesce(max(id), 0) FROM merchant) AS merchant0,
        (SELECT coalesce(max(id), 0) FROM offer) AS offer0, (SELECT coalesce(max(id), 0) FROM voucher) AS voucher0,
        (SELECT coalesce(max(id), 0) FROM redemption) AS redemption0, (SELECT id FROM person ORDER BY id LIMIT 1) AS office,
        (SELECT id FROM person WHERE phone = '10000000001') AS resident,
        (SELECT id FROM person WHERE phone = '10000000005') AS leader;
ANALYZE place; ANALYZE who; ANALYZE size;

-- Tasks: nine of ten lie behind, over a year; one of ten lies ahead within two weeks; one of a hundred is a draft.
INSERT INTO task (id, public_id, title, description, category, area_id, place, has_poster, points, points_mode, check_out_required,
    contact, organiser, waitlist, cancel_until_minutes, audience, state, created_by_id, notice_version, created_at, published_at, closed_at)
SELECT task0 + n, pg_temp.pid('task', n), '合成任务' || n, '打扫、劝导、陪伴', (ARRAY['other', 'traffic', 'elder_care'])[n % 3 + 1], place.id,
    '社区广场' || n % 40, false, 10, 'per_completion', false, '服务站', '社区', n % 2 = 0, 60, CASE WHEN n % 4 = 0 THEN 'area' ELSE 'district' END,
    CASE WHEN n % 100 = 99 THEN 'draft' WHEN n <= tasks * 0.9 THEN 'closed' ELSE 'published' END, office, 1,
    now() - interval '366 days', CASE WHEN n % 100 <> 99 THEN now() - interval '366 days' END,
    CASE WHEN n % 100 <> 99 AND n <= tasks * 0.9 THEN now() - interval '1 day' END
FROM size, generate_series(1, tasks) n JOIN place ON place.nr = n % (SELECT places FROM size);

-- Two shifts a task. Those behind end before now.
INSERT INTO shift (id, public_id, task_id, starts_at, ends_at, capacity, taken, waiting, state, code_key)
SELECT shift0 + 2 * n - 1 + k, pg_temp.pid('shift', 2 * n + k), task0 + n, at, at + interval '2 hours', 14, 0, 0, 'open',
    encode(sha256(('code' || 2 * n + k)::bytea), 'hex')
FROM size, generate_series(1, tasks) n, generate_series(0, 1) k,
    LATERAL (SELECT CASE WHEN n <= tasks * 0.9
        THEN now() - interval '365 days' + interval '364 days' * (n / (tasks * 0.9)) - interval '1 day' * k - interval '3 hours'
        ELSE now() + interval '13 days' * ((n - tasks * 0.9) / (tasks * 0.1)) + interval '1 day' * k + interval '1 hour' END AS at) t;
INSERT INTO shift_leader (shift_id, person_id)
SELECT shift0 + s, CASE WHEN s > tasks * 2 - 40 OR s BETWEEN tasks * 1.8 - 4 AND tasks * 1.8 + 4 THEN leader ELSE who.id END
FROM size, generate_series(1, tasks * 2) s JOIN who ON who.nr = s % (SELECT people FROM size);

-- Every resident came once, to a shift of their own community; one in ten has a place in a shift ahead. The log-in came 1,500 times
-- to a large city and as often as there are shifts to a small one.
CREATE TEMP TABLE came AS
    SELECT row_number() OVER () AS n, x.* FROM (
        SELECT who.id AS person, who.home_area_id AS area,
            shift0 + 1 + 2 * (1 + (place - 1 + places) % places + places * (who.nr / places % greatest(1, (tasks * 0.9)::bigint / places - 1))) - 2 + who.nr / 7 % 2 AS shift
        FROM who, size
        UNION
        SELECT resident, (SELECT id FROM place WHERE nr = 0), shift0 + 1 + s FROM size, generate_series(0, least(1500, (tasks * 1.8)::bigint) - 1) s
    ) x;
INSERT INTO signup (id, public_id, shift_id, person_id, state, created_at, queued_at, accepted_notice_version, is_walk_in, arrived_at, settled_at)
SELECT signup0 + c.n, pg_temp.pid('signup', c.n), c.shift, person, 'confirmed', starts_at - interval '2 days', starts_at - interval '2 days', 1,
    false, starts_at, CASE WHEN c.n % 500 <> 0 THEN ends_at END
FROM came c JOIN shift ON shift.id = c.shift, size;
INSERT INTO attendance (id, public_id, signup_id, shift_id, person_id, state, checked_in_at, cut_off, from_at, to_at, minutes, points, way, credited_at)
SELECT attendance0 + c.n, pg_temp.pid('attendance', c.n), signup0 + c.n, c.shift, person, CASE WHEN c.n % 500 = 0 THEN 'provisional' ELSE 'credited' END,
    starts_at, c.n % 500 = 0, starts_at, ends_at, 120, CASE WHEN c.n % 500 = 0 THEN 0 ELSE 10 END, 'venue_code', CASE WHEN c.n % 500 <> 0 THEN ends_at END
FROM came c JOIN shift ON shift.id = c.shift, size;
INSERT INTO scan (at, person_id, shift_id, attendance_id, action, way, is_accepted, is_repeat)
SELECT starts_at, person, c.shift, attendance0 + c.n, 'check_in', 'venue_code', true, false FROM came c JOIN shift ON shift.id = c.shift, size;
INSERT INTO event (id, kind, at, area_id, person_id, subject, facts)
SELECT event0 + c.n, 'checkin.credited', ends_at, c.area, person, 'attendance:' || attendance0 + c.n,
    json_build_object('task', 'x', 'starts_at', starts_at, 'ends_at', ends_at, 'category', 'other', 'minutes', 120, 'points', 10)
FROM came c JOIN shift ON shift.id = c.shift, size;
INSERT INTO event_delivery (event_id, subscriber, due_at, done_at, tries)
SELECT event0 + c.n, s, now(), now(), 1 FROM came c, size, unnest(ARRAY['notices.tell', 'stars.evidence']) s;
INSERT INTO notice (public_id, person_id, event_id, kind, facts, created_at, read_at)
SELECT pg_temp.pid('notice', c.n), c.person, e.id, 'checkin.credited', e.facts, e.at, CASE WHEN c.n % 5 <> 0 THEN e.at END
FROM came c, size, event e WHERE e.id = event0 + c.n;
INSERT INTO evidence (public_id, event_id, metric, area_id, person_id, quantity, occurred_at, recorded_at)
SELECT pg_temp.pid(m, c.n), e.id, m, c.area, c.person, CASE m WHEN 'attendance' THEN 1 ELSE 120 END, e.at, e.at
FROM came c, size, event e, unnest(ARRAY['attendance', 'service_minutes']) m WHERE e.id = event0 + c.n;

INSERT INTO signup (id, public_id, shift_id, person_id, state, created_at, queued_at, accepted_notice_version, is_walk_in)
SELECT signup0 + (SELECT count(*) FROM came) + 1 + nr, pg_temp.pid('ahead', nr), shift0 + 1 + (tasks * 1.8)::bigint + 1 + nr / 10 % greatest(1, (tasks * 0.2)::bigint - 3), id, 'confirmed', now(), now(), 1, false
FROM who, size WHERE nr % 10 = 0;
UPDATE shift SET taken = least(capacity, found.taken) FROM (
    SELECT shift_id, count(*) AS taken FROM signup, size WHERE shift_id > shift0 GROUP BY shift_id) found WHERE found.shift_id = shift.id;

-- What waits at a desk.
INSERT INTO correction (public_id, signup_id, minutes, minutes_before, reason, state, asked_by_id, created_at)
SELECT pg_temp.pid('correction', n), signup0 + n * 7, 60, 120, '记错了', CASE WHEN n <= greatest(60, people / 5000) THEN 'pending' ELSE 'approved' END, office, now()
FROM size, generate_series(1, greatest(60, people / 100)) n;
INSERT INTO claim (public_id, reference, person_id, to_account, amount, remaining, memo, facts, created_at, written_off)
SELECT pg_temp.pid('claim', who.nr), 'scale:' || who.nr, id, 'budget:1', 10, CASE WHEN who.nr % 2 = 0 THEN 10 ELSE 0 END, 'ledger.correction', '{}', now(), 0
FROM who, size WHERE who.nr < greatest(200, people / 200);

-- Shops: the log-ins' own has a busy day and a long history; the others share the rest.
INSERT INTO merchant (id, public_id, code, name, area_id, address, created_at)
SELECT merchant0 + n, pg_temp.pid('merchant', n), 'scale-' || n, '合成商户' || n, place.id, '街口' || n, now()
FROM size, generate_series(1, merchants) n JOIN place ON place.nr = n % (SELECT places FROM size);
INSERT INTO offer (id, public_id, merchant_id, live_version, newest_version, taken, day_taken, created_at)
SELECT offer0 + n, pg_temp.pid('offer', n), merchant0 + 1 + n % merchants, CASE WHEN n % 40 <> 0 THEN 1 END, 1, 0, 0, now()
FROM size, generate_series(1, merchants * 3) n;
INSERT INTO offer_version (offer_id, number, state, title, description, points, funding, written_by_id, created_at, submitted_at, decided_at)
SELECT offer0 + n, 1, CASE WHEN n % 40 <> 0 THEN 'approved' ELSE 'pending' END, '合成优惠' || n % 300, '一份', 10 + n % 90, 'given', office, now(), now(), now()
FROM size, generate_series(1, merchants * 3) n;
CREATE TEMP TABLE promised AS
    SELECT n, CASE WHEN n % 60 = 0 THEN own.id ELSE merchant0 + 1 + n % merchants END AS merchant,
        CASE WHEN n % 60 = 0 THEN own.offer ELSE offer0 + 1 + n % (merchants * 3) END AS offer,
        CASE WHEN n <= 300 THEN resident ELSE who.id END AS person, now() - interval '365 days' * (n::float / (people * 0.3)) AS at
    FROM size, generate_series(1, (people * 0.3)::bigint) n JOIN who ON who.nr = n % (SELECT people FROM size),
        (SELECT m.id, min(o.id) AS offer FROM merchant m JOIN offer o ON o.merchant_id = m.id WHERE m.code = 'congee' GROUP BY m.id) own;
INSERT INTO voucher (id, public_id, code, person_id, merchant_id, offer_id, offer_version, title, points, terms, state, hold_id, holds, issued_at, issued_on, expires_at, closed_at)
SELECT voucher0 + p.n, pg_temp.pid('voucher', p.n), substr(upper(encode(sha256(('v' || p.n)::bytea), 'hex')), 1, 10), person, merchant, offer, 1, '合成优惠', 10, '{"description": "一份"}',
    CASE WHEN p.n % 20 = 0 AND p.n % 60 <> 0 THEN 'issued' ELSE 'redeemed' END, -p.n, 1, at, at::date, now() + interval '30 days', CASE WHEN p.n % 20 <> 0 THEN at END
FROM promised p, size;
INSERT INTO redemption (id, public_id, voucher_id, merchant_id, clerk_id, points, redeemed_at)
SELECT redemption0 + p.n, pg_temp.pid('redemption', p.n), voucher0 + p.n, merchant, office, 10, at FROM promised p, size WHERE p.n % 20 <> 0 OR p.n % 60 = 0;

-- Who works where, and everybody's telephone.
INSERT INTO role_grant (public_id, person_id, role, area_id, scope, starts_at)
SELECT pg_temp.pid('role', nr), id, (ARRAY['staff', 'grid_leader'])[nr % 2 + 1], home_area_id, 'area:' || home_area_id, now() - interval '1 year'
FROM who WHERE nr % 500 = 0;
INSERT INTO api_token (person_id, token_hash, created_at, expires_at)
SELECT id, encode(sha256(('scale' || nr)::bytea), 'hex'), now(), now() + interval '1 year' FROM who;
UPDATE person SET phone = '2' || lpad(who.nr::text, 10, '0') FROM who WHERE who.id = person.id AND who.nr % 2 = 0 AND phone IS NULL;

-- The demo's log-ins work, and live, in the city.
INSERT INTO role_grant (public_id, person_id, role, area_id, scope, starts_at)
SELECT pg_temp.pid('own', p.id), p.id, own.role, area.id, 'area:' || area.id, now() - interval '1 day'
FROM (VALUES ('10000000005', 'grid_leader', 'community'), ('10000000006', 'staff', 'community'), ('10000000008', 'street_admin', 'street')) own (phone, role, kind)
JOIN person p ON p.phone = own.phone
JOIN area ON area.id = CASE own.kind WHEN 'community' THEN (SELECT id FROM place WHERE nr = 0) ELSE (SELECT a.id FROM area a, place WHERE place.nr = 0 AND place.path LIKE a.path || '%' AND a.kind = 'street') END;
UPDATE person SET home_area_id = (SELECT id FROM place WHERE nr = 0) WHERE phone IN ('10000000001', '10000000002');

-- A branch per community, in the round that runs.
INSERT INTO branch (public_id, code, name, kind, area_id, created_at)
SELECT pg_temp.pid('branch', nr), 'scale-' || nr, '合成支部' || nr, 'branch', id, now() FROM place WHERE nr < 40;
INSERT INTO round_branch (round_id, branch_id) SELECT (SELECT max(id) FROM star_round WHERE state = 'open'), id FROM branch WHERE code LIKE 'scale-%';
INSERT INTO stale_area (area_id) VALUES (NULL);

DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['task', 'shift', 'signup', 'attendance', 'event', 'merchant', 'offer', 'voucher', 'redemption'] LOOP
        EXECUTE format('SELECT setval(pg_get_serial_sequence(%L, ''id''), max(id)) FROM %I', t, t);
    END LOOP;
END $$;
SET session_replication_role = DEFAULT;
