-- One energy figure for the whole machine (a smart plug's, a PDU's); a row that has it has none by
-- component. NULL in what older hubs wrote.
ALTER TABLE reports ADD COLUMN machine_j REAL;       -- energy of the interval, joules
ALTER TABLE reports ADD COLUMN machine_source TEXT;  -- external:NAME: measured
