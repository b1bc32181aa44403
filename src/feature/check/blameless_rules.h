#pragma once
/** The patterns of blameless.c, nothing else.
 *  English: words divided by spaces. a|b: one of them; x?: may be missing; *: any word; ^: the start of a sentence;
 *  <done>: a past participle; <person>: somebody, by role or name, but not "we"; <who>: that, or "we", "I", "you"; [ ]: only this part is meant.
 *  In a proposal $ stands for the last word found. NULL: there is none; "": it could go.
 *  Chinese: characters. A suffix in `unless` makes it mean something else. */

typedef struct EnglishPattern { const char *rule, *pattern, *proposal; } EnglishPattern;
typedef struct ChinesePattern { const char *rule, *text, *proposal, *unless_before, *unless_after; } ChinesePattern;

#define HAVE "have|not|never"
#define JUDGED "noticed|caught|spotted|seen|tested|reviewed|avoided|prevented|checked|foreseen|anticipated|known|verified|" \
    "detected|escalated|communicated|considered|documented|questioned|obvious|clear|easily|identified|stopped"
#define CARELESSLY "mistakenly|carelessly|negligently|recklessly|foolishly|stupidly|wrongly|erroneously|incorrectly|improperly"

static const EnglishPattern english[] = {
    { "human_error", "human|operator|pilot|engineer error|errors|mistake|mistakes", "an action the system did not guard against" },
    { "human_error", "fat finger|fingers|fingered|fingering", NULL },
    { "human_error", "fatfinger|fatfingered", NULL },
    { "human_error", "finger trouble", NULL },

    { "who_question", "^ who did|made|pushed|deployed|broke|approved|caused|merged|changed|deleted|allowed|forgot|wrote|is|was|let|signed|missed", NULL },
    { "who_question", "find|figure|determine|identify|establish|clarify|ask|asked|asking|know|investigate out? [who did|made|pushed|deployed|broke|approved|caused|merged|changed|deleted|allowed|forgot|wrote|is|was|missed]", NULL },
    { "who_question", "whose fault|mistake|error|responsibility", "what made this possible" },
    { "who_question", "who is|was to blame", "what made this possible" },
    { "who_question", "who is|was responsible for this|the", NULL },

    { "person_as_cause", "<person> caused|broke|botched|bungled|mishandled|misjudged|ruined|crashed", NULL },
    { "person_as_cause", "<person> messed|screwed up", NULL },
    { "person_as_cause", "<person> took|brought down", NULL },
    { "person_as_cause", "caused|triggered|broken by <person>", NULL },
    { "person_as_cause", "because|since <person> forgot|missed|ignored|overlooked|neglected|misread|misunderstood|misconfigured|mistyped", NULL },
    { "person_as_cause", "<person> [" CARELESSLY "]", "" },
    { "person_as_cause", "by|from <person> [mistake|error|carelessness|negligence]", NULL },
    { "person_as_cause", "[mistake|error|fault|oversight|blunder] of|by|made|on by? <person>", NULL },
    { "person_as_cause", "due|owing to an|a|our|the? [oversight|mistake|blunder]", "a gap in our checks" },
    { "person_as_cause", "<person> 's [mistake|error|fault|oversight|blunder|carelessness|negligence]", NULL },
    { "person_as_cause", "is|was|are|were to blame", "contributed" },
    { "person_as_cause", "<who> is|was|are|were at fault", NULL },
    { "person_as_cause", "blamed|blames|blaming", NULL },
    { "person_as_cause", "<person> made a|an|the|some bad|big|serious|small|silly|critical? [mistake|mistakes|error|errors]", NULL },

    { "judgement", "careless|carelessness|negligence|negligent|sloppy|sloppiness|incompetent|incompetence|stupid|stupidity|foolish|inattentive|inattention|unprofessional|irresponsible|complacent|complacency|reckless|recklessness", NULL },
    { "judgement", "carelessly|negligently|foolishly|stupidly|recklessly", "" },
    { "judgement", "rookie|silly|dumb|stupid|careless|amateur mistake|mistakes|error|errors", "unguarded step" },
    { "judgement", "poor|bad|terrible judgement|judgment|decision|decisions|choice", NULL },
    { "judgement", "lack of attention|care|diligence|discipline|ownership|accountability|professionalism|competence", NULL },
    { "judgement", "violated|breached|broke the|our|a? procedure|procedures|process|policy|protocol|rule|rules", NULL },
    { "judgement", "<who> was|were too? lazy|impatient|distracted|reckless|incapable", NULL },

    { "failed_to", "<who> failed|neglected|omitted|forgot|refused to", "it was hard to" },
    { "failed_to", "<who> forgot|ignored|overlooked|disregarded|neglected", NULL },
    { "failed_to", "<who> missed the|a|an|this|that|these|those|several|all|both alert|alerts|alarm|alarms|page|pages|warning|warnings|step|steps|signal|signals|notification|notifications|email|bug|error", NULL },
    { "failed_to", "<who> didn't|never think|bother|follow|check|pay|read|verify|validate|test|consider|consult|notice|realize|realise", NULL },
    { "failed_to", "<who> did not think|bother|follow|check|pay|read|verify|validate|test|consider|consult|notice|realize|realise", NULL },

    { "counterfactual", "<who> should|could|might|must|ought to? not|never|also|really|simply|just|have? not|also|really|simply|at|first? have|'ve <done>", NULL },
    { "counterfactual", "<who> should've|could've|shouldn't|couldn't|oughtn't have? not? <done>", NULL },
    { "counterfactual", "<who> would|would've not? have? <done>", NULL },
    { "counterfactual", "should|could|might have|'ve not|easily|also|just? been easily|better|immediately? " JUDGED, NULL },
    { "counterfactual", "should've|could've been easily? " JUDGED, NULL },
    { "counterfactual", "^ had <who> *", NULL },
    { "counterfactual", "if|if only <who> had not|only|just? *", NULL },
    { "counterfactual", "if only", NULL },
    { "counterfactual", "<who> needed to be more careful", NULL },
    { "counterfactual", "be|been more careful|diligent|attentive|vigilant|cautious", NULL },
    { "counterfactual", "try harder", NULL },
};

/** Nouns for people by what they do. "operator", "manager", "controller" name software more often than people. */
static const char roles[] =
    "engineer|engineers|developer|developers|programmer|programmers|administrator|administrators|admin|admins|sysadmin|"
    "sysadmins|sre|sres|dba|dbas|responder|responders|commander|reviewer|reviewers|author|authors|intern|interns|contractor|"
    "contractors|employee|employees|technician|technicians|colleague|colleagues|team|teams|person|staff|somebody|someone|"
    "nobody|anyone|everyone|operators|newcomer|on-caller|teammate|teammates|tester|testers|designer|support|management";
static const char determiners[] = "a|an|the|our|their|this|that|one|some|his|her|your|my|its|another|any|no|every|each";
/** May stand between a determiner and its noun. */
static const char fillers[] =
    "on|call|oncall|duty|senior|junior|new|release|incident|deploying|database|network|platform|security|site|reliability|"
    "software|backend|frontend|operations|infrastructure|storage|payment|payments|data|systems|system|web|mobile|qa|test|"
    "human|first|second|previous|same|other|responsible|development|product|support|cloud|devops|ops|engineering|it";

/** Past participles that do not end in -ed. */
static const char irregular[] =
    "been|seen|known|done|gone|had|made|taken|given|found|caught|thought|kept|read|run|written|told|left|let|put|set|sent|spoken|"
    "chosen|come|become|begun|broken|brought|built|cut|dealt|drawn|driven|fallen|felt|foreseen|forgotten|gotten|got|held|heard|"
    "hit|led|lost|meant|met|paid|risen|said|shown|shut|spent|split|stood|stuck|understood|undone|woken";

static const ChinesePattern chinese[] = {
    { "human_error", "人为失误", "系统没有防住的操作", NULL, NULL },
    { "human_error", "人为错误", "系统没有防住的操作", NULL, NULL },
    { "human_error", "人为疏忽", "系统没有防住的操作", NULL, NULL },
    { "human_error", "人为原因", "流程与工具的原因", NULL, NULL },
    { "human_error", "人为因素", "流程与工具的因素", NULL, NULL },
    { "human_error", "操作失误", "缺少防护的操作", NULL, NULL },
    { "human_error", "误操作", "缺少防护的操作", "防", NULL },
    { "human_error", "手误", "缺少校验的输入", NULL, NULL },
    { "human_error", "手滑", "缺少校验的输入", NULL, NULL },
    { "human_error", "手抖", "缺少校验的输入", NULL, NULL },

    { "judgement", "粗心大意", NULL, NULL, NULL },
    { "judgement", "粗心", NULL, NULL, NULL },
    { "judgement", "马虎", NULL, NULL, NULL },
    { "judgement", "大意", NULL, "粗心", "是|为|如下" },
    { "judgement", "疏忽", NULL, "人为", NULL },
    { "judgement", "低级错误", "本可由工具拦住的错误", NULL, NULL },
    { "judgement", "不负责任", NULL, NULL, NULL },
    { "judgement", "责任心", NULL, NULL, NULL },
    { "judgement", "责任意识", NULL, NULL, NULL },
    { "judgement", "安全意识", NULL, NULL, "培训" },
    { "judgement", "意识淡薄", NULL, NULL, NULL },
    { "judgement", "失职", NULL, NULL, NULL },
    { "judgement", "玩忽职守", NULL, NULL, NULL },
    { "judgement", "偷懒", NULL, NULL, NULL },
    { "judgement", "不专业", NULL, NULL, NULL },
    { "judgement", "不小心", "", NULL, NULL },
    { "judgement", "擅自", "", NULL, NULL },
    { "judgement", "违规操作", NULL, NULL, NULL },
    { "judgement", "违反流程", NULL, NULL, NULL },
    { "judgement", "违反规定", NULL, NULL, NULL },
    { "judgement", "违反规范", NULL, NULL, NULL },
    { "judgement", "没有按照流程", "流程当时难以照做，没有按流程", NULL, NULL },
    { "judgement", "未按流程", NULL, NULL, NULL },
    { "judgement", "未按规范", NULL, NULL, NULL },
    { "judgement", "愚蠢", NULL, NULL, NULL },

    { "who_question", "是谁", NULL, NULL, NULL },
    { "who_question", "谁干的", NULL, "是", NULL },
    { "who_question", "谁改的", NULL, "是", NULL },
    { "who_question", "谁上线的", NULL, "是", NULL },
    { "who_question", "谁发布的", NULL, "是", NULL },
    { "who_question", "谁删的", NULL, "是", NULL },
    { "who_question", "谁的责任", NULL, "是", NULL },
    { "who_question", "谁的错", NULL, "是", NULL },
    { "who_question", "谁的锅", NULL, "是", NULL },
    { "who_question", "谁批准", NULL, "是", NULL },
    { "who_question", "谁造成", NULL, "是", NULL },

    { "person_as_cause", "背锅", NULL, NULL, NULL },
    { "person_as_cause", "甩锅", NULL, NULL, NULL },
    { "person_as_cause", "追责", NULL, NULL, NULL },
    { "person_as_cause", "问责", NULL, NULL, NULL },
    { "person_as_cause", "责怪", NULL, NULL, NULL },
    { "person_as_cause", "归咎于", NULL, NULL, NULL },
    { "person_as_cause", "处罚", NULL, NULL, NULL },
    { "person_as_cause", "应负责任", NULL, NULL, NULL },
    { "person_as_cause", "<人>导致", NULL, NULL, NULL },
    { "person_as_cause", "<人>造成", NULL, NULL, NULL },
    { "person_as_cause", "<人>搞错", NULL, NULL, NULL },
    { "person_as_cause", "<人>弄错", NULL, NULL, NULL },
    { "person_as_cause", "<人>的错", NULL, NULL, "误" },
    { "person_as_cause", "<人>的失误", NULL, NULL, NULL },

    { "failed_to", "忘记", NULL, "防止|避免", "密码" },
    { "failed_to", "忘了", NULL, NULL, NULL },
    { "failed_to", "漏掉了", NULL, NULL, NULL },
    { "failed_to", "<人>没有", NULL, NULL, NULL },
    { "failed_to", "<人>未能", NULL, NULL, NULL },
    { "failed_to", "<人>没能", NULL, NULL, NULL },
    { "failed_to", "<人>未及时", NULL, NULL, NULL },
    { "failed_to", "<人>忽视", NULL, NULL, NULL },
    { "failed_to", "<人>忽略", NULL, NULL, NULL },

    { "counterfactual", "本应", NULL, NULL, NULL },
    { "counterfactual", "本该", NULL, NULL, NULL },
    { "counterfactual", "本可以", NULL, NULL, NULL },
    { "counterfactual", "本来应该", NULL, NULL, NULL },
    { "counterfactual", "本来可以", NULL, NULL, NULL },
    { "counterfactual", "原本应", NULL, NULL, NULL },
    { "counterfactual", "理应", NULL, NULL, NULL },
    { "counterfactual", "早该", NULL, NULL, NULL },
    { "counterfactual", "早就该", NULL, NULL, NULL },
    { "counterfactual", "早就应该", NULL, NULL, NULL },
    { "counterfactual", "要是当时", NULL, NULL, NULL },
    { "counterfactual", "如果当时", NULL, NULL, NULL },
    { "counterfactual", "假如当时", NULL, NULL, NULL },
    { "counterfactual", "如果能早", NULL, NULL, NULL },
    { "counterfactual", "如果早", NULL, NULL, NULL },
    { "counterfactual", "完全可以避免", NULL, NULL, NULL },
    { "counterfactual", "更加小心", NULL, NULL, NULL },
    { "counterfactual", "更加细心", NULL, NULL, NULL },
    { "counterfactual", "加强责任", NULL, NULL, NULL },
    { "counterfactual", "提高警惕", NULL, NULL, NULL },
};

/** What <人> stands for, besides names: the longest first where one ends another. */
static const char *const chinese_people[] = {
    "值班工程师", "值班人员", "值班同学", "运维人员", "运维同学", "运维工程师", "开发人员", "开发同学", "测试人员", "测试同学", "操作人员", "工程师",
    "管理员", "负责人", "实习生", "新人", "新同事", "同事", "同学", "值班员", "发布人", "审核人", "开发者", "程序员", "我们", "他们", "她",
};
