/**
 * Asks once and remembers the answer, also the answer "nothing". Forgets everything when there are too many questions: they
 * come from the network, and a hostile server could put a new one into every frame.
 */
export function remembered<Answer>(find: (question: string) => Answer, most: number): (question: string) => Answer {
  const answers = new Map<string, Answer>();
  return (question) => {
    const known = answers.get(question);
    if (known !== undefined || answers.has(question)) return known as Answer;
    if (answers.size >= most) answers.clear();
    const answer = find(question);
    answers.set(question, answer);
    return answer;
  };
}
