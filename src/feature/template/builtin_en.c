/* Built-in templates in English. Guides are read by somebody who writes their first report, perhaps tired: they ask for one
 * thing at a time, say why it matters, and keep blame out. */
#include "feature/template/builtin_text.h"

const BuiltinSection standard_en[] = {
    { "summary", "Summary",
      "Three to five sentences for a reader who has one minute: what broke, for whom, for how long, why, and how it was mended. "
      "Write it last. No names, no jargon that a new colleague would not know.",
      "{{incident.overview}}", true },
    { "impact", "Impact",
      "What did customers and colleagues experience? Give numbers with their source: requests, customers, money, duration. "
      "Say also what was not affected, and what you do not know yet.",
      "{{incident.impact_overview}}", true },
    { "timeline", "Timeline",
      "The events that a reader needs to follow the story, each with its time and its source. Include what people believed at the time, also when it proved wrong: "
      "that is where the learning is. Star events on the incident to choose what appears here.",
      "{{incident.timeline}}\n\n### Response\n\n{{incident.metrics}}\n\n{{incident.responder_table}}", true },
    { "detection", "Detection",
      "How did we find out, and how long did it take? Could it have been found earlier, and by whom? An alert that fired and was not seen counts as detection that failed.",
      "{{incident.detection_overview}}\n\n{{incident.alerts}}", true },
    { "root_cause", "Root cause",
      "Explain the mechanism: how did each step make the next possible? Go on asking why until you reach something that can be changed. "
      "\"Human error\" is where the questions begin: what made the action reasonable at that moment? "
      "Write \"the script accepted an empty region\", not \"the operator forgot the region\".",
      "{{incident.causes_overview}}\n\n{{#if changes}}\nChanges linked to this incident:\n\n{{incident.changes}}\n{{/if}}", true },
    { "factors", "Contributing factors",
      "What else had to be true for this to happen or to last so long? Think of tests, reviews, limits, defaults, ownership, load, documentation, fatigue. Several small things are more usual than one big one.",
      "{{#each contributing_factors}}\n- **{{name}}**{{#if note}}: {{note}}{{/if}}\n{{/each}}", false },
    { "communication", "Customer communication",
      "Who was told what, and when? How long did customers wait for the first word? Link the notices. If nobody was told, say why that was right.",
      "{{incident.communication_overview}}", false },
    { "went_well", "What went well",
      "What should we do again? Tools, habits and decisions that made this shorter or smaller.",
      "{{incident.went_well}}", false },
    { "went_poorly", "What went poorly",
      "What cost us time or made it worse? Write about systems and processes, not about people. Assume that everybody did their best with what they knew. "
      "Write \"the alert named no service\", not \"nobody looked\".",
      "{{incident.went_poorly}}", false },
    { "lucky", "Where we got lucky",
      "What could have made this far worse but happened not to? Luck is a risk that has not been paid for yet.",
      "", false },
    { "lessons", "Lessons learned",
      "What do we know now that we did not know before? What would help the next team that meets something like it?",
      "", false },
    { "actions", "Action items",
      "What changes so that this does not happen again, is found sooner, or hurts less? Each one has an owner, a date and a way to tell that it worked. "
      "Prefer few that will be done: \"alert when 90 % of the pool is in use\" can be checked, \"be more careful\" cannot. Add follow-ups here: the table fills itself.",
      "{{incident.follow_ups live}}\n\n{{incident.proposals}}", true },
    { 0 },
};

const BuiltinSection brief_en[] = {
    { "summary", "What happened", "What broke, for whom, for how long, and how it was mended, in three sentences.", "{{incident.overview}}", true },
    { "impact", "Impact", "Who noticed, and how badly? One line with a number is enough.", "{{incident.impact_overview}}", true },
    { "root_cause", "Why", "The mechanism in a few sentences, down to something that can be changed.",
      "{{#each contributing_factors}}\n- **{{name}}**{{#if note}}: {{note}}{{/if}}\n{{/each}}\n\n{{incident.causes_overview}}", true },
    { "timeline", "Timeline", "Only the moments that matter.", "{{incident.timeline}}", false },
    { "actions", "What we will change", "One or two things with an owner and a date. \"Nothing\" is allowed, with the reason.", "{{incident.follow_ups live}}", true },
    { 0 },
};

const BuiltinSection sre_en[] = {
    { "summary", "Summary", "One or two sentences: what happened and to whom.", "{{incident.overview}}", true },
    { "impact", "Impact", "Effect on users and revenue, with figures and how they were measured.", "{{incident.impact_overview}}", true },
    { "root_cause", "Root causes", "The chain that made it possible, without names of people.",
      "{{#each contributing_factors}}\n- **{{name}}**{{#if note}}: {{note}}{{/if}}\n{{/each}}", true },
    { "trigger", "Trigger", "What set it off at that moment, after waiting for it perhaps for months?",
      "{{#if incident.trigger_note}}\n{{incident.trigger}}: {{incident.trigger_note}}\n{{/if}}\n\n{{incident.changes}}", true },
    { "resolution", "Resolution", "What ended the impact, and what made the system healthy again? They are often two things.",
      "Mitigated: {{incident.mitigated}}. Resolved: {{incident.resolved}}.\n\n{{incident.metrics}}", true },
    { "detection", "Detection", "Who or what noticed first, and did the right people hear of it?", "{{incident.detection_overview}}\n\n{{incident.alerts}}", true },
    { "actions", "Action items", "Type (prevent, detect, mitigate, process), owner and date for each.", "{{incident.follow_ups live}}", true },
    { "went_well", "Lessons learned: what went well", "What limited the damage?", "{{incident.went_well}}", false },
    { "went_poorly", "Lessons learned: what went wrong", "What made it longer or larger? Processes and systems, not people.", "{{incident.went_poorly}}", false },
    { "lucky", "Lessons learned: where we got lucky", "What saved us that we did not plan?", "", false },
    { "timeline", "Timeline", "All times in one zone. Outage begins and ends in bold.", "{{incident.timeline}}", true },
    { "supporting", "Supporting information", "Links to dashboards, logs, the discussion.", "[{{incident.id}}]({{incident.url}})", false },
    { 0 },
};

const BuiltinSection near_miss_en[] = {
    { "summary", "What happened", "What nearly went wrong? Say first that nobody was harmed, then how close it was.", "{{incident.overview}}", true },
    { "could_have", "What could have happened", "The realistic worst case, with its size. This is why the report is worth writing.", "", true },
    { "caught", "How it was caught", "A check, a habit, a person who asked? Was that luck, or would it work again?", "{{incident.detection_overview}}\n\n{{incident.timeline}}", true },
    { "factors", "What made it possible", "The same questions as for a real incident: what let it come this far?",
      "{{#each contributing_factors}}\n- **{{name}}**{{#if note}}: {{note}}{{/if}}\n{{/each}}\n\n{{incident.changes}}", true },
    { "actions", "What we will change", "Make the lucky part reliable. Thank whoever spoke up.", "{{incident.follow_ups live}}", true },
    { 0 },
};
