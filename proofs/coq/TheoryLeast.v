(** * The least of finitely many, whatever their order, and all orders of a list

    What the canonical form needs of lists: numbers compared as in a dictionary; the least of a list,
    which depends only on what the list contains; all permutations of a list. *)

From ExactRev Require Export Field.
Require Export Permutation.

(** ** Total orders, and the order of the dictionary *)

Record total_order {A} (leb : A -> A -> bool) : Prop := {
  leb_total : forall a b, leb a b = true \/ leb b a = true;
  leb_antisym : forall a b, leb a b = true -> leb b a = true -> a = b;
  leb_trans : forall a b c, leb a b = true -> leb b c = true -> leb a c = true }.

Fixpoint dictionary {A} (leb : A -> A -> bool) (l m : list A) : bool :=
  match l, m with
  | [], _ => true
  | _, [] => false
  | a :: l, b :: m => leb a b && (negb (leb b a) || dictionary leb l m)
  end.

Section Orders.
Context {A : Type} (leb : A -> A -> bool) (ord : total_order leb).

Lemma dictionary_order : total_order (dictionary leb).
Proof. split.
  - induction a as [|a l IH]; intros [|b m]; simpl; auto.
    destruct (leb_total _ ord a b) as [H|H]; rewrite H.
    + destruct (leb b a); simpl; auto.
    + destruct (leb a b); simpl; auto.
  - induction a as [|a l IH]; intros [|b m]; simpl; try discriminate; auto.
    rewrite !andb_true_iff, !orb_true_iff, !negb_true_iff. intros [X [Y|Y]] [Z [W|W]]; try congruence.
    rewrite (leb_antisym _ ord a b X Z). f_equal. auto.
  - induction a as [|a l IH]; intros [|b m] [|c n]; simpl; try discriminate; auto.
    rewrite !andb_true_iff, !orb_true_iff, !negb_true_iff. intros [X X'] [Y Y'].
    split; [now apply (leb_trans _ ord a b)|]. destruct (leb c a) eqn:E; auto. right.
    assert (leb b a = true) by now apply (leb_trans _ ord b c).
    assert (leb c b = true) by now apply (leb_trans _ ord c a).
    destruct X' as [X'|X']; [congruence|]. destruct Y' as [Y'|Y']; [congruence|]. eauto. Qed.

Lemma leb_refl a : leb a a = true.
Proof. destruct (leb_total _ ord a a); auto. Qed.

(** ** The least of a list; [d] if the list is empty *)

Definition lesser a b := if leb a b then a else b.

Definition least (d : A) (l : list A) : A :=
  match l with [] => d | a :: l => fold_left lesser l a end.

Lemma fold_lesser l : forall a, let m := fold_left lesser l a in
  In m (a :: l) /\ forall b, In b (a :: l) -> leb m b = true.
Proof. induction l as [|c l IH]; intro a; simpl.
  - split; auto. intros b [<-|[]]. apply leb_refl.
  - destruct (IH (lesser a c)) as [I L]. simpl in I, L.
    assert (P : leb (lesser a c) a = true /\ leb (lesser a c) c = true /\
      (lesser a c = a \/ lesser a c = c)).
    { unfold lesser. destruct (leb a c) eqn:E; repeat split; auto using leb_refl.
      destruct (leb_total _ ord a c); congruence. }
    destruct P as (P1 & P2 & P3). split.
    + destruct I as [I|I]; [rewrite <- I; destruct P3 as [-> | ->]; auto|auto].
    + intros b [<-|[<-|B]]; [| |now apply L; right];
        (eapply (leb_trans _ ord); [apply L; now left|assumption]). Qed.

Lemma least_in d l : l <> [] -> In (least d l) l.
Proof. destruct l as [|a l]; [tauto|]. intros _. apply fold_lesser. Qed.

Lemma least_below d l b : In b l -> leb (least d l) b = true.
Proof. destruct l as [|a l]; [intros []|]. apply fold_lesser. Qed.

(** It depends only on what the list contains. *)
Lemma least_same d l m : (forall a, In a l <-> In a m) -> least d l = least d m.
Proof. intro H. destruct l as [|a l].
  - destruct m as [|b m]; auto. exfalso. apply (H b). now left.
  - assert (M : m <> []) by (intros ->; apply (H a); now left).
    apply (leb_antisym _ ord); apply least_below; apply H; apply least_in; auto. discriminate. Qed.

End Orders.

(** ** All orders of a list *)

Fixpoint insertions {A} (a : A) (l : list A) : list (list A) :=
  match l with [] => [[a]] | b :: r => (a :: l) :: map (cons b) (insertions a r) end.

Fixpoint permutations {A} (l : list A) : list (list A) :=
  match l with [] => [[]] | a :: l => flat_map (insertions a) (permutations l) end.

Lemma insertions_permute {A} (a : A) l : forall p, In p (insertions a l) -> Permutation (a :: l) p.
Proof. induction l as [|b l IH]; simpl; intros p [<-|H]; try apply Permutation_refl; [destruct H|].
  apply in_map_iff in H as (q & <- & Q). apply IH in Q.
  eapply Permutation_trans; [apply perm_swap|]. now apply perm_skip. Qed.

Lemma insertions_all {A} (a : A) p1 p2 : In (p1 ++ a :: p2) (insertions a (p1 ++ p2)).
Proof. induction p1 as [|b p1 IH]; simpl.
  - destruct p2; simpl; auto.
  - right. now apply in_map. Qed.

Lemma permutations_spec {A} (l : list A) : forall p, In p (permutations l) <-> Permutation l p.
Proof. induction l as [|a l IH]; simpl; intro p; split; intro H.
  - destruct H as [<-|[]]. constructor.
  - apply Permutation_nil in H. now left.
  - apply in_flat_map in H as (q & Q & P). apply insertions_permute in P. apply IH in Q.
    eapply Permutation_trans; [apply perm_skip, Q|exact P].
  - destruct (in_split a p) as (p1 & p2 & ->); [eapply Permutation_in; [exact H|now left]|].
    apply in_flat_map. exists (p1 ++ p2). split; [|apply insertions_all].
    apply IH. apply (Permutation_cons_app_inv _ _ H). Qed.

(** ** Numbers of the field *)

Definition number_leb {F : OrderedField} (a b : F) : bool := if le_dec a b then true else false.

Lemma number_order (F : OrderedField) : total_order (@number_leb F).
Proof. unfold number_leb. split.
  - intros a b. destruct (le_dec a b); auto. destruct (le_dec b a); auto.
    destruct (le_total F a b); contradiction.
  - intros a b. destruct (le_dec a b), (le_dec b a); try discriminate. intros _ _. now apply le_antisym.
  - intros a b c. destruct (le_dec a b), (le_dec b c), (le_dec a c); try discriminate; auto.
    intros _ _. exfalso. eauto using le_trans. Qed.

(** The greatest number of a list, 0 if there is none above 0. *)
Section Greatest.
Variable F : OrderedField.
Local Open Scope field_scope.
Add Ring F_ring : (field_ring F).

Definition greatest (l : list F) : F := fold_right (fun a g => if le_dec g a then a else g) 0 l.

Lemma greatest_nonneg l : 0 <= greatest l.
Proof. induction l as [|a l IH]; simpl; [apply le_refl|]. destruct (le_dec (greatest l) a); auto.
  now apply (le_trans F _ (greatest l)). Qed.

Lemma greatest_above l a : In a l -> a <= greatest l.
Proof. induction l as [|b l IH]; simpl; [tauto|]. intros [->|H].
  - destruct (le_dec (greatest l) a); [apply le_refl|]. now apply lt_le.
  - destruct (le_dec (greatest l) b); auto. apply (le_trans F _ (greatest l)); auto. Qed.

Lemma greatest_least l b : 0 <= b -> (forall a, In a l -> a <= b) -> greatest l <= b.
Proof. intros B. induction l as [|a l IH]; simpl; intro H; auto.
  destruct (le_dec (greatest l) a); auto. Qed.

Lemma greatest_same l m : (forall a, In a l <-> In a m) -> greatest l = greatest m.
Proof. intro H. apply le_antisym; apply greatest_least; try apply greatest_nonneg;
  intros a I; apply greatest_above, H, I. Qed.

Lemma greatest_scale c l : 0 <= c -> greatest (map (mul c) l) = c * greatest l.
Proof. intro C. induction l as [|a l IH]; simpl; [ring|]. rewrite IH.
  destruct (le_dec (c * greatest l) (c * a)) as [H|H], (le_dec (greatest l) a) as [G|G]; auto.
  - apply le_antisym; auto. apply le_sub.
    replace (c * greatest l - c * a) with (c * (greatest l - a)) by ring.
    apply mul_nonneg; auto. apply (proj1 (le_sub F a (greatest l))). now apply lt_le.
  - exfalso. apply H. apply le_sub.
    replace (c * a - c * greatest l) with (c * (a - greatest l)) by ring.
    apply mul_nonneg; auto. now apply le_sub in G. Qed.

End Greatest.
Arguments greatest {F} _.
