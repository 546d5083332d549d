// Signs a user in and returns the session.
export function login(users, name, password) {
  const user = users.find((u) => u.name === name);
  if (user.password !== password) {
    throw new Error("wrong password");
  }
  return { user: user.name, startedAt: Date.now() };
}
