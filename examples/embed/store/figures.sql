-- P25 output speed and P95 TTFT of the requests that began in the window of a phase. One that the
-- system failed has speed 0 and an infinite TTFT; one that the client cut, or that failed on the
-- client's side, has neither. Percentiles are those of R-7: linear between the samples on either
-- side of rank (n-1)q, each of which weighs 1 less its distance from the rank.
WITH measured AS (
  SELECT p.run, p.phase, p.agents, r.outcome = 'ok' AS ok, r.speed, r.ttft
  FROM phases p JOIN requests r USING (run, phase)
  WHERE p.invalid = '' AND r.begun_ns >= p.settled_ns AND r.begun_ns < p.end_ns
    AND r.outcome NOT IN ('', 'canceled', 'local', 'context_overflow')
), speeds AS (
  SELECT *, row_number() OVER phase - 1 AS i, (count(*) OVER (PARTITION BY run, phase) - 1) * 25 / 100.0 AS rank
  FROM (SELECT run, phase, CASE WHEN ok THEN speed ELSE 0 END AS v FROM measured WHERE NOT ok OR speed IS NOT NULL)
  WINDOW phase AS (PARTITION BY run, phase ORDER BY v)
), ttfts AS (
  SELECT *, row_number() OVER phase - 1 AS i, (count(*) OVER (PARTITION BY run, phase) - 1) * 95 / 100.0 AS rank
  FROM (SELECT run, phase, CASE WHEN ok THEN ttft ELSE 9e999 END AS v FROM measured WHERE NOT ok OR ttft IS NOT NULL)
  WINDOW phase AS (PARTITION BY run, phase ORDER BY v)
), p25 AS (
  SELECT run, phase, sum(v * (1 - abs(i - rank))) AS v FROM speeds WHERE abs(i - rank) < 1 GROUP BY run, phase
), p95 AS (
  SELECT run, phase, nullif(sum(v * (1 - abs(i - rank))), 9e999) AS v FROM ttfts WHERE abs(i - rank) < 1 GROUP BY run, phase
)
SELECT p.run, p.phase, p.agents, p25.v, p95.v
FROM phases p LEFT JOIN p25 USING (run, phase) LEFT JOIN p95 USING (run, phase)
ORDER BY p.run, p.phase;
