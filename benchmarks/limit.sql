-- The limit: the rows of each act, written by one function in one round trip, on a copy of the same database.
-- No HTTP, no authentication, no rules, no answer to build: nobody can write the same rows to the same tables much faster.
-- Every function takes a number that nobody had before; @NAME@ is a key of the copy, set before this runs.

CREATE TABLE bench_person AS
SELECT (row_number() OVER (ORDER BY id) - 1)::int AS n, id FROM person
WHERE EXISTS (SELECT 1 FROM balance WHERE account = 'person:' || person.id || ':available' AND amount > 0);
CREATE UNIQUE INDEX ON bench_person (n);

-- As in the running application, a crowd grabs the places of one shift.
INSERT INTO shift (public_id, task_id, starts_at, ends_at, capacity, taken, waiting, state, code_key)
SELECT 'bench' || n, @task@, now() + n * interval '1 day', now() + n * interval '1 day' + interval '1 minute', 10000, 0, 0, 'open', md5(n::text)
FROM generate_series(0, @shifts@) AS n;
CREATE TABLE bench_shift AS SELECT substr(public_id, 6)::int AS n, id FROM shift WHERE public_id LIKE 'bench%';
CREATE UNIQUE INDEX ON bench_shift (n);
ANALYZE;

CREATE SEQUENCE bench_signup MINVALUE 0;
CREATE FUNCTION bench_signup(i bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE person bigint; place bigint;
BEGIN
    SELECT id INTO STRICT person FROM bench_person WHERE n = i % @people@;
    SELECT id INTO STRICT place FROM bench_shift WHERE n = i / @people@;
    INSERT INTO signup (public_id, shift_id, person_id, state, created_at, queued_at, accepted_notice_version, is_walk_in)
    VALUES (substr(md5('s' || i), 1, 12), place, person, 'confirmed', now(), now(), 1, false);
    UPDATE shift SET taken = taken + 1 WHERE id = place AND taken < capacity AND state = 'open';
    IF NOT FOUND THEN RAISE 'full'; END IF;
END $$;

CREATE SEQUENCE bench_checkin MINVALUE 0;
CREATE FUNCTION bench_checkin(i bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE person bigint; place bigint; mine bigint; came bigint; booked bigint; told bigint; points_after bigint; minutes_after bigint;
BEGIN
    SELECT id INTO STRICT person FROM bench_person WHERE n = i % @people@;
    SELECT id INTO STRICT place FROM bench_shift WHERE n = i / @people@;
    UPDATE signup SET arrived_at = now(), settled_at = now()
    WHERE shift_id = place AND person_id = person AND state = 'confirmed' AND arrived_at IS NULL RETURNING id INTO STRICT mine;
    INSERT INTO balance (account, amount) VALUES ('person:' || person || ':available', 1)
    ON CONFLICT (account) DO UPDATE SET amount = balance.amount + excluded.amount RETURNING amount INTO points_after;
    INSERT INTO balance (account, amount) VALUES ('person:' || person || ':minutes', 1)
    ON CONFLICT (account) DO UPDATE SET amount = balance.amount + excluded.amount RETURNING amount INTO minutes_after;
    INSERT INTO entry (public_id, reference, fingerprint, kind, posted_at, person_id, memo, facts, rule, rule_version, inputs, steps)
    VALUES (substr(md5('c' || i), 1, 12), 'bench:' || i || ':credit', md5('f' || i) || md5('g' || i), 'credit', now(), person, 'rewards.attendance',
        '{"task": "xg9jwy0YrbDF", "title": "\u8bd5\u70bc", "category": "environment", "minutes": 1}', '*', 1,
        '{"category": "environment", "points": 1, "points_mode": "per_completion", "minutes": 1, "planned_minutes": 1, "general_version": 1, "budget": "budget:2", "confirmed_by_id": null}',
        '[{"key": "per_completion", "result": 1}]')
    RETURNING id INTO booked;
    INSERT INTO posting (entry_id, number, posted_at, unit, flow, source, destination, amount, person_id, change, balance_after, behaviour)
    VALUES
    (booked, 0, now(), 'point', 'issued', 'task:@task@:reserved', 'person:' || person || ':available', 1, person, 1, points_after, 'environment'),
    (booked, 1, now(), 'minute', 'issued', 'system:service', 'person:' || person || ':minutes', 1, person, 1, minutes_after, 'environment');
    INSERT INTO attendance (public_id, signup_id, shift_id, person_id, state, checked_in_at, from_at, to_at, minutes, points, cut_off, way, credited_at, entry_id)
    VALUES (substr(md5('a' || i), 1, 12), mine, place, person, 'credited', now(), now(), now() + interval '1 minute', 1, 1, false, 'venue_code', now(), booked)
    RETURNING id INTO came;
    INSERT INTO scan (at, way, person_id, by_id, action, shift_id, attendance_id, is_accepted, is_repeat)
    VALUES (now(), 'venue_code', person, person, 'check_in', place, came, true, false);
    INSERT INTO event (kind, at, area_id, person_id, actor_id, subject, facts)
    VALUES ('checkin.credited', now(), @area@, person, person, 'attendance:' || came,
        json_build_object('attendance_id', came, 'task_id', @task@, 'shift_id', place, 'category', 'environment', 'minutes', 1, 'points', 1, 'occurred_at', now()))
    RETURNING id INTO told;
    INSERT INTO event_delivery (event_id, subscriber, due_at, tries) VALUES (told, 'stars.evidence', now(), 0), (told, 'notices.tell', now(), 0);
END $$;

CREATE SEQUENCE bench_issue MINVALUE 0;
CREATE FUNCTION bench_issue(i bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE person bigint; booked bigint; kept bigint; made bigint; told bigint; points_after bigint;
BEGIN
    SELECT id INTO STRICT person FROM bench_person WHERE n = i % @people@;
    UPDATE balance SET amount = amount - 1 WHERE account = 'person:' || person || ':available' AND amount >= 1
    RETURNING amount INTO STRICT points_after;
    INSERT INTO balance (account, amount) VALUES ('person:' || person || ':held', 1)
    ON CONFLICT (account) DO UPDATE SET amount = balance.amount + excluded.amount;
    INSERT INTO entry (public_id, reference, fingerprint, kind, posted_at, person_id, memo, facts)
    VALUES (substr(md5('h' || i), 1, 12), 'bench:' || i || ':hold', md5('f' || i) || md5('g' || i), 'hold', now(), person, 'redemption.issued',
        '{"title": "\u70e9\u9762\u4e00\u7897", "merchant": "\u70e9\u9762\u9986", "voucher": "yO39BG1mkDt7"}')
    RETURNING id INTO booked;
    INSERT INTO posting (entry_id, number, posted_at, unit, flow, source, destination, amount, person_id, change, balance_after)
    VALUES (booked, 0, now(), 'point', 'held', 'person:' || person || ':available', 'person:' || person || ':held', 1, person, -1, points_after);
    INSERT INTO hold (person_id, amount, lot_amount, state, opened_at, expires_at, entry_id)
    VALUES (person, 1, 0, 'open', now(), now() + interval '7 days', booked) RETURNING id INTO kept;
    INSERT INTO voucher (public_id, code, person_id, merchant_id, offer_id, offer_version, title, points, terms, state, hold_id, holds, issued_at, issued_on, expires_at)
    VALUES (substr(md5('v' || i), 1, 12), lpad(i::text, 10, '0'), person, @merchant@, @offer@, 1, '烩面一碗', 1,
        '{"description": "\u5230\u5e97\u9886\u53d6", "funding": "given", "funding_unit": null}', 'issued', kept, 1, now(), current_date, now() + interval '7 days')
    RETURNING id INTO made;
    INSERT INTO event (kind, at, area_id, person_id, actor_id, subject, facts)
    VALUES ('redemption.voucher_issued', now(), @area@, person, person, 'voucher:' || made,
        '{"voucher": "yO39BG1mkDt7", "title": "\u70e9\u9762\u4e00\u7897", "merchant": "\u70e9\u9762\u9986", "points": 1}')
    RETURNING id INTO told;
    INSERT INTO event_delivery (event_id, subscriber, due_at, tries) VALUES (told, 'notices.tell', now(), 0);
    UPDATE offer SET taken = taken + 1, day = current_date, day_taken = day_taken + 1 WHERE id = @offer@ AND taken < stock;
    IF NOT FOUND THEN RAISE 'out of stock'; END IF;
END $$;

CREATE SEQUENCE bench_redemption MINVALUE 0;
CREATE FUNCTION bench_redemption(i bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE person bigint; booked bigint; kept bigint; used bigint; told bigint;
BEGIN
    UPDATE voucher SET state = 'redeemed', closed_at = now() WHERE code = lpad(i::text, 10, '0') AND state = 'issued' AND expires_at > now()
    RETURNING id, person_id, hold_id INTO STRICT used, person, kept;
    UPDATE balance SET amount = amount - 1 WHERE account = 'person:' || person || ':held' AND amount >= 1;
    INSERT INTO entry (public_id, reference, fingerprint, kind, posted_at, person_id, memo, facts)
    VALUES (substr(md5('r' || i), 1, 12), 'bench:' || i || ':settle', md5('f' || i) || md5('g' || i), 'redemption', now(), person, 'redemption.redeemed',
        '{"title": "\u70e9\u9762\u4e00\u7897", "merchant": "\u70e9\u9762\u9986", "voucher": "yO39BG1mkDt7"}')
    RETURNING id INTO booked;
    INSERT INTO posting (entry_id, number, posted_at, unit, flow, source, destination, amount, person_id)
    VALUES (booked, 0, now(), 'point', 'spent', 'person:' || person || ':held', 'merchant:@merchant@:earned', 1, person);
    UPDATE hold SET state = 'settled', resolved_at = now(), resolved_entry_id = booked WHERE id = kept AND state = 'open';
    INSERT INTO redemption (public_id, voucher_id, merchant_id, clerk_id, points, redeemed_at)
    VALUES (substr(md5('u' || i), 1, 12), used, @merchant@, @clerk@, 1, now());
    INSERT INTO event (kind, at, area_id, person_id, actor_id, subject, facts)
    VALUES ('redemption.voucher_redeemed', now(), @area@, person, @clerk@, 'voucher:' || used,
        '{"voucher": "yO39BG1mkDt7", "title": "\u70e9\u9762\u4e00\u7897", "merchant": "\u70e9\u9762\u9986", "points": 1, "redemption": "HoLn39Q22Msb"}')
    RETURNING id INTO told;
    INSERT INTO event_delivery (event_id, subscriber, due_at, tries) VALUES (told, 'notices.tell', now(), 0);
END $$;
