export interface Question {
  title: string;
  body?: string;
  /** What the confirming button says. */
  action?: string;
  danger?: boolean;
}

/** Questions asked before something that cannot be undone, one at a time. */
export class Confirmations {
  current = $state.raw<(Question & { answer: (yes: boolean) => void }) | undefined>();

  ask(question: Question): Promise<boolean> {
    this.current?.answer(false);
    return new Promise((resolve) => {
      const answer = (yes: boolean) => {
        this.current = undefined;
        resolve(yes);
      };
      this.current = { ...question, answer };
    });
  }
}
