use super::cost::{emission_cost, start_cost, transition_cost};
use super::state::NumberingState;
use crate::pagination::Observation;

/// The sequence of states with the lowest total cost, one for each scan.
pub(super) fn viterbi_path(observations: &[Observation], states: &[NumberingState]) -> Vec<NumberingState> {
    let Some(first) = observations.first() else { return Vec::new() };
    let mut costs: Vec<f64> = states.iter().map(|state| start_cost(*state) + emission_cost(first, *state, 1)).collect();
    let mut predecessors: Vec<Vec<usize>> = Vec::new();
    for ((previous, observation), scan) in observations.iter().zip(&observations[1..]).zip(2..) {
        let best_predecessor = |to: &NumberingState| {
            let costs_through = states
                .iter()
                .zip(&costs)
                .map(|(from, cost)| cost + transition_cost(*from, *to, [previous, observation], scan));
            costs_through.enumerate().min_by(|a, b| a.1.total_cmp(&b.1)).expect("there is a state")
        };
        let best: Vec<(usize, f64)> = states.iter().map(best_predecessor).collect();
        costs =
            best.iter().zip(states).map(|((_, cost), state)| cost + emission_cost(observation, *state, scan)).collect();
        predecessors.push(best.into_iter().map(|(from, _)| from).collect());
    }
    let mut at = (0..states.len()).min_by(|a, b| costs[*a].total_cmp(&costs[*b])).expect("there is a state");
    let mut path = vec![states[at]];
    for predecessors in predecessors.iter().rev() {
        at = predecessors[at];
        path.push(states[at]);
    }
    path.reverse();
    path
}
