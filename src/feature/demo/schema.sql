-- step 1
-- What of the sample data is loaded, so that a load that was cut off goes on where it was.
CREATE TABLE demo_part (
    name   TEXT   PRIMARY KEY,
    made   TEXT   NOT NULL,         -- the id of what was made, when there is one
    at_ms  BIGINT NOT NULL
);
