import { dictionary } from 'app/i18n';

export const t = dictionary({
    en: {
        title: 'Blameless wording', none: 'Nothing makes a person the cause, or judges with what was known only afterwards.',
        found: { one: '{n} place to look at', other: '{n} places to look at' }, use: 'Use', drop: 'Remove the words', fine: 'Fine here', fine_done: 'It will not be found in this post-mortem again', undo: 'Undo', gone: 'The text has changed there',
        who_question: 'Asks who', who_question_why: 'Asking who did it ends the search early. Ask what made it possible, or what made it look right.',
        person_as_cause: 'A person as the cause', person_as_cause_why: 'What let one action have this effect, and what made it reasonable then?',
        human_error: 'Human error', human_error_why: 'This is where the question begins: say what the system did not prevent or show.',
        judgement: 'A judgement', judgement_why: 'It judges a person, and helps nobody to change the system. Say what happened.',
        failed_to: 'What somebody did not do', failed_to_why: 'It explains nothing. Say what they saw and did, and what made the rest hard.',
        counterfactual: 'Known only afterwards', counterfactual_why: 'Say what happened, and what was known then.',
    },
    zh: {
        title: '对事不对人', none: '没有把人当作原因，或用事后才知道的事来评判的措辞。',
        found: '有 {n} 处值得看看', use: '采用', drop: '删去这几个字', fine: '这里没问题', fine_done: '在这份复盘中不再提示', undo: '撤销', gone: '那里的文字已经改变',
        who_question: '追问是谁', who_question_why: '追问是谁会让调查过早结束。可以问是什么使它可能发生，或当时为什么看起来合理。',
        person_as_cause: '把人当作原因', person_as_cause_why: '是什么让一个操作有这样的后果？当时它为什么是合理的？',
        human_error: '人为失误', human_error_why: '这正是问题的开头：写出系统没有防住或没有显示的东西。',
        judgement: '评判', judgement_why: '这是对人的评判，无助于改进系统。写发生了什么。',
        failed_to: '某人没有做的事', failed_to_why: '这解释不了什么。写他们看到了什么、做了什么，是什么让其余的事变难。',
        counterfactual: '事后才知道的', counterfactual_why: '写发生了什么，以及当时知道什么。',
    },
});
