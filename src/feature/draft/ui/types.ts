import type * as Gen from '../../../../build/web-gen/api.gen';

export type Cited = { number: string; kind: string; id: string; title: string; url: string; occurred_at: string | null };
export type Said = { text: string; evidence: Cited[]; fault: string; why: string; starts: boolean };
export type Draft = Omit<Gen.Draft, 'claims'> & { claims: Said[] };
export type DraftPage = Omit<Gen.DraftPage, 'sections'> & { sections: Draft[] };
export type Question = Omit<Gen.Question, 'claims'> & { claims: Said[] };
export type Usage = Gen.DraftUsage;
export type TestResult = Gen.DraftTest;
export type Sent = Gen.DraftSent;
export type Review = Gen.ReviewByAi;
