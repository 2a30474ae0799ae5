PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO meta VALUES('format','2');
INSERT INTO meta VALUES('seed','0');
INSERT INTO meta VALUES('status','finished');
CREATE TABLE metric(position INTEGER PRIMARY KEY, name TEXT NOT NULL, unit TEXT NOT NULL, direction TEXT NOT NULL,
                    split TEXT NOT NULL, dataset TEXT NOT NULL, epochs REAL NOT NULL);
INSERT INTO metric VALUES(0,'valid_accuracy','percent','maximize','validation','cifar10',200.0);
INSERT INTO metric VALUES(1,'test_accuracy','percent','maximize','test','cifar10',200.0);
INSERT INTO metric VALUES(2,'params','count','minimize','none','cifar10',0.0);
INSERT INTO metric VALUES(3,'mflops','10^6 multiply-adds','minimize','none','cifar10',0.0);
CREATE TABLE trial(step INTEGER PRIMARY KEY, evaluation INTEGER NOT NULL REFERENCES evaluation(id),
                   random INTEGER NOT NULL, reused INTEGER NOT NULL, reward REAL, violation REAL, action BLOB);
INSERT INTO trial VALUES(0,1,0,0,60.67922146431832431,0.0,NULL);
INSERT INTO trial VALUES(1,2,0,0,27.807375406390423932,0.0,NULL);
INSERT INTO trial VALUES(2,3,0,0,52.972850109204749459,0.0,NULL);
INSERT INTO trial VALUES(3,4,0,0,58.613816451402904307,0.0,NULL);
INSERT INTO trial VALUES(4,5,0,0,1.5640117086796565537,0.0,NULL);
INSERT INTO trial VALUES(5,6,0,0,61.875682170180425602,0.0,NULL);
CREATE TABLE front(step INTEGER PRIMARY KEY);
CREATE TABLE record(step INTEGER NOT NULL, name TEXT NOT NULL, value REAL);
CREATE TABLE evaluation(id INTEGER PRIMARY KEY, architecture TEXT NOT NULL, failure TEXT, "valid_accuracy" REAL, "test_accuracy" REAL, "params" REAL, "mflops" REAL);
INSERT INTO evaluation VALUES(1,'|nor_conv_1x1~0|+|none~0|none~1|+|nor_conv_3x3~0|nor_conv_3x3~1|nor_conv_1x1~2|',NULL,89.152000000000001019,92.864999999999994885,615386.0,86.426249999999996019);
INSERT INTO evaluation VALUES(2,'|avg_pool_3x3~0|+|none~0|avg_pool_3x3~1|+|none~0|skip_connect~1|nor_conv_1x1~2|',NULL,72.20799999999999841,78.886667000000002757,101306.0,11.715210000000000789);
INSERT INTO evaluation VALUES(3,'|skip_connect~0|+|skip_connect~0|nor_conv_3x3~1|+|nor_conv_1x1~0|none~1|avg_pool_3x3~2|',NULL,86.202667000000005263,90.280000000000001133,344346.0,47.104649999999999463);
INSERT INTO evaluation VALUES(4,'|nor_conv_3x3~0|+|skip_connect~0|nor_conv_1x1~1|+|avg_pool_3x3~0|skip_connect~1|nor_conv_3x3~2|',NULL,88.400000000000005682,92.349999999999994315,587386.0,82.494089999999999918);
INSERT INTO evaluation VALUES(5,'|none~0|+|none~0|nor_conv_3x3~1|+|none~0|avg_pool_3x3~1|none~2|',NULL,9.7119999999999997442,10.0,316346.0,43.172490000000003362);
INSERT INTO evaluation VALUES(6,'|nor_conv_1x1~0|+|none~0|nor_conv_3x3~1|+|nor_conv_3x3~0|nor_conv_1x1~1|nor_conv_1x1~2|',NULL,89.575999999999993406,93.150000000000005686,643386.0,90.358410000000006336);
CREATE VIEW trials AS SELECT step, architecture, reward, "valid_accuracy", "test_accuracy", "params", "mflops", violation, random, reused, failure, evaluation FROM trial JOIN evaluation ON evaluation.id = trial.evaluation;
CREATE VIEW best AS SELECT * FROM trials WHERE violation = 0 AND NOT reused
  ORDER BY reward DESC, step LIMIT 10;
CREATE VIEW curve AS SELECT step, reward, max(reward) FILTER (WHERE violation = 0) OVER (ORDER BY step) AS best_reward
  FROM trial;
CREATE VIEW pareto AS SELECT trials.* FROM trials JOIN front USING (step);
CREATE VIEW failures AS SELECT step, architecture, failure FROM trials WHERE failure IS NOT NULL;
COMMIT;
