/**
 * How many tasks a member may have for all to have as many, rounded up. A member that is full takes its tasks out of the
 * account, so that the quota of the others falls where rounding up would leave somebody with too few.
 */
export class TaskQuota {
  #tasks: number;
  #members: number;
  #perMember = 0;

  constructor(tasks: number, members: number) {
    this.#tasks = tasks;
    this.#members = members;
    this.#divide();
  }

  get perMember(): number {
    return this.#perMember;
  }

  /** A member got a task and has so many now. */
  onTaskGiven(taskCount: number): void {
    if (taskCount !== this.#perMember) return;
    this.#tasks -= taskCount;
    this.#members--;
    this.#divide();
  }

  #divide(): void {
    this.#perMember = this.#members === 0 ? 0 : Math.ceil(this.#tasks / this.#members);
  }
}
