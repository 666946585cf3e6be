declare global {
  namespace App {
    interface PageState {
      /** The player begins anew instead of where the title was left. */
      fromStart?: boolean;
    }
  }
}

export {};
